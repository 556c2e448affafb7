// Topic 10 of the manual: a bill run that takes a while shows its progress, is paused, goes on, and is cancelled.
import { test } from "node:test";
import assert from "node:assert/strict";
import { open, first, hands, day } from "../house.mjs";
import { hold } from "../holding.mjs";

const many = 8_000; // customers: several batches of a run

test("10 a run is paused, goes on, and is cancelled; and the next run does it all", async () => {
  const house = await open();
  const { page } = house;
  const { press, follow, says, menu, done } = hands(page);
  const runAll = async () => {
    await menu("Customers", "Bill");
    await follow("Bill All in View");
    await press("Run All Customers");
  };
  const billed = async () => {
    const [, far, all] = (await page.getByText(/^[\d,]+ of [\d,]+ customers$/).first().innerText()).match(/([\d,]+) of ([\d,]+)/);
    assert.equal(all.replace(",", ""), String(many));
    return Number(far.replace(",", ""));
  };
  let bills;
  try {
    house.run("seed", "--customers", String(many), "--lists-per-customer", "1", "--posts-per-list", "1", "--month", day(1, 1).slice(0, 7));
    await first(house);
    bills = await hold("bill"); // the run waits with its first batch, however fast the machine is
    await runAll();
    const progress = page.getByRole("progressbar", { name: "How far" });
    while (!(await progress.count())) await follow("Look again");
    await press("Pause");
    await says(/^Paused$/);
    await bills.release();
    assert.ok(await billed() < many, "all are billed when it pauses");
    await progress.waitFor();
    await house.look("run-paused");
    await page.goto("/jobs");
    await page.getByText("Paused", { exact: true }).waitFor();
    await page.goBack();
    bills = await hold("bill");
    await press("Go on");
    await says("The job goes on.");
    await press("Cancel the job");
    await page.getByText("Cancelled", { exact: true }).waitFor();
    await bills.release();
    assert.ok(await billed() < many, "all are billed when it is cancelled");
    await house.look("run-cancelled");
    // Started again it goes on, and nothing is billed twice or missing.
    bills = await hold("bill");
    await runAll();
    await page.getByRole("banner").getByRole("progressbar").waitFor(); // the header of every page shows it
    await bills.release();
    await done();
    await says("8,000 customers");
    await page.goto("/bills?start=" + day(1, 1) + "&end=" + day(0, 0));
    await says(/^8,000 bills/);
  } finally {
    await bills?.release();
    await house.close();
  }
});
