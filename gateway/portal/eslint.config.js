import js from '@eslint/js';
import hooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const CHINESE = 'Chinese text belongs in src/locales/*.json';

export default tseslint.config(
  { ignores: ['dist', 'src/api/gen', 'node_modules'] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  hooks.configs.flat.recommended,
  {
    files: ['src/**/*.{ts,tsx}'],
    ignores: ['src/**/*.test.{ts,tsx}'],
    rules: {
      'no-restricted-syntax': [
        'error',
        { selector: 'JSXText[value=/[\\u4e00-\\u9fff]/]', message: CHINESE },
        { selector: 'JSXAttribute Literal[value=/[\\u4e00-\\u9fff]/]', message: CHINESE },
      ],
    },
  },
);
