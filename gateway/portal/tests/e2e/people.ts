import { readFileSync } from 'node:fs';
import { type Browser, expect, type Page } from '@playwright/test';

/** Login to password, as `make demo` wrote them. */
const passwords = JSON.parse(readFileSync(process.env.QUDAO_LOGINS ?? '', 'utf-8')) as Record<string, string>;

/** What a page said on the console that it may not: warnings and errors. */
export function watched(page: Page): string[] {
  const said: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) said.push(message.text());
  });
  page.on('pageerror', (error) => said.push(error.message));
  return said;
}

export async function logIn(page: Page, login: string): Promise<void> {
  await page.goto('/');
  await page.getByLabel('登录名').first().fill(login);
  await page.getByLabel('密码').first().fill(passwords[login] ?? '');
  await page.getByRole('button', { name: '登录', exact: true }).click();
  await expect(page.getByRole('heading', { name: /您好/ })).toBeVisible();
}

/** A person with a browser of his own. */
export async function person(browser: Browser, login: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await logIn(page, login);
  return page;
}

/** Logins by part in the story. */
export const cast = JSON.parse(process.env.QUDAO_CAST ?? '{}') as Record<
  'buyer' | 'salesperson' | 'finance' | 'picker' | 'keeper' | 'driver' | 'administrator',
  string
>;
