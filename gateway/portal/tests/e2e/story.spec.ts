import { expect, test } from '@playwright/test';
import { cast, logIn, person } from './people';

test('an order is placed, confirmed, paid in parts, picked, shipped, delivered and received', async ({ browser }) => {
  const buyer = await person(browser, cast.buyer);
  await buyer.getByRole('link', { name: '商品目录' }).click();
  const add = buyer.getByRole('button', { name: /^加入 / });
  await Promise.all([buyer.waitForResponse(/quick-order/), add.first().click()]);
  await buyer.goto('/carts');
  await buyer.getByRole('cell').getByRole('link', { name: '购物车' }).first().click();
  await buyer.getByRole('button', { name: '提交订单' }).click();
  await expect(buyer).toHaveURL(/\/orders\//);
  const heading = buyer.getByRole('heading', { name: /^XS/ });
  await expect(heading).toBeVisible();
  const number = (await heading.textContent()) ?? '';
  const order = new URL(buyer.url()).pathname;
  await expect(buyer.getByText('待确认').first()).toBeVisible();

  const salesperson = await person(browser, cast.salesperson);
  await salesperson.goto(order);
  await salesperson.getByRole('button', { name: '确认订单' }).click();
  await expect(salesperson.getByText('待收款').first()).toBeVisible();

  const finance = await person(browser, cast.finance);
  for (const part of ['half', 'rest']) {
    await finance.goto('/receivables?status=' + (part === 'half' ? 'UNPAID' : 'PARTIALLY_PAID'));
    const row = finance.getByRole('row', { name: new RegExp(number) });
    await row.getByRole('button', { name: '登记收款' }).click();
    const amount = finance.getByLabel('金额');
    if (part === 'half') await amount.fill((Number(await amount.inputValue()) / 2).toFixed(2));
    await finance.getByRole('dialog').getByRole('button', { name: '登记收款' }).click();
    await expect(row).toBeHidden();
  }

  const picker = await person(browser, cast.picker);
  await picker.goto('/pick-tasks?q=' + number);
  await picker.getByRole('row', { name: new RegExp(number) }).getByRole('link').click();
  await picker.getByRole('button', { name: '开始配货' }).click();
  await picker.getByRole('button', { name: '全部配齐' }).click();
  await picker.getByRole('button', { name: /^确认配货/ }).click();
  await expect(picker.getByText('待出库').first()).toBeVisible();

  const keeper = await person(browser, cast.keeper);
  await keeper.goto('/outbound?q=' + number);
  await keeper.getByRole('row', { name: new RegExp(number) }).getByRole('button', { name: '出库' }).click();
  await expect(keeper.getByText('已出库').first()).toBeVisible();

  const driver = await person(browser, cast.driver);
  await driver.goto('/delivery?q=' + number);
  const shipment = driver.getByRole('row', { name: new RegExp(number) });
  await shipment.getByRole('button', { name: '发货' }).click();
  await driver.getByRole('dialog').getByRole('button', { name: '发货' }).click();
  await shipment.getByRole('button', { name: '送达' }).click();
  await driver.getByLabel('签收人 / 签收凭证').fill('张三签收');
  await driver.getByRole('button', { name: '确定' }).click();
  await expect(shipment.getByText('已送达')).toBeVisible();

  await buyer.goto('/delivery?q=' + number);
  await buyer.getByRole('button', { name: '确认收货' }).click();
  await buyer.goto(order);
  await expect(buyer.getByText('已完成').first()).toBeVisible();

  await buyer.goto('/account');
  await expect(buyer.getByRole('cell', { name: number }).first()).toBeVisible();
});

test('@phone-only a dealer orders on a phone', async ({ page }) => {
  await logIn(page, cast.buyer);
  await page.getByRole('button', { name: '菜单' }).click();
  await page.getByRole('link', { name: '快速下单' }).click();
  await page.getByRole('textbox', { name: '粘贴' }).fill('货号\t数量\nNO-SUCH\t1');
  await page.getByRole('button', { name: '全部加入' }).click();
  await expect(page.getByText('加入 0 行，未加入 1 行')).toBeVisible();
});
