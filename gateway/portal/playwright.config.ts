import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { defineConfig } from '@playwright/test';

const INSTALLED = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** An installed Chromium, else the one in the npm package, with the libraries that a bare machine lacks. */
async function browser(): Promise<string> {
  const installed = INSTALLED.find((path) => existsSync(path));
  if (installed) return installed;
  process.env.VERCEL = '1'; // makes the package unpack its libraries, too
  const { default: chromium } = await import('@sparticuz/chromium');
  return chromium.executablePath();
}

/** The fonts of the npm package, the same for everyone, whatever the machine has. */
function fonts(): string {
  const folder = join(tmpdir(), 'qudao-portal-fonts');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'fonts.conf');
  const package_ = resolve('node_modules/@expo-google-fonts/noto-sans-sc');
  writeFileSync(
    file,
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>${package_}</dir><cachedir>${folder}</cachedir></fontconfig>`,
  );
  return file;
}

export default defineConfig({
  testDir: 'tests/e2e',
  reporter: 'line',
  timeout: 240_000,
  expect: { timeout: 45_000 },
  workers: 1,
  use: {
    actionTimeout: 45_000,
    baseURL: process.env.QUDAO_URL,
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: await browser(),
      env: { ...process.env, FONTCONFIG_FILE: fonts() } as Record<string, string>,
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--disable-background-networking'],
    },
  },
  projects: [
    { name: 'desktop', use: { viewport: { width: 1440, height: 900 } }, grepInvert: /@phone-only/ },
    { name: 'phone', use: { viewport: { width: 390, height: 844 }, hasTouch: true }, grep: /@phone/ },
  ],
});
