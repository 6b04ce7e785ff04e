import { defineConfig } from '@hey-api/openapi-ts';

export default defineConfig({
  input: '../../contracts/openapi/qudao.json',
  output: { path: 'src/api/gen' },
  plugins: [
    '@hey-api/typescript',
    { name: '@hey-api/sdk' },
    { name: '@hey-api/client-fetch', throwOnError: true },
  ],
});
