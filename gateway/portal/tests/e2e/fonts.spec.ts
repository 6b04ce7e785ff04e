import { expect, test } from '@playwright/test';

/** A missing font passes every other test: the screen shows boxes, all alike. */
test('渠 and 通 are drawn differently', async ({ page }) => {
  await page.goto('/');
  const [one, other] = await page.evaluate(() =>
    ['渠', '通'].map((character) => {
      const canvas = document.createElement('canvas');
      const drawing = canvas.getContext('2d')!;
      drawing.font = "40px 'Noto Sans CJK SC', 'Noto Sans SC', sans-serif";
      drawing.fillText(character, 20, 60);
      return canvas.toDataURL();
    }),
  );
  expect(one).not.toBe(other);
});
