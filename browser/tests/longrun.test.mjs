// Topic 10 of the manual: a bill run that takes a while shows its progress, is paused, goes on, and is cancelled.
import { test } from "node:test";
import assert from "node:assert/strict";
import { open, first, hands, day } from "../house.mjs";

// many is how many customers are billed: what is asked of a job is heard within a second, and so is how far it is. It must not be
// done by then.
const many = 80_000;

test("10 a run is paused, goes on, and is cancelled; what it did stays, and the next run does the rest", async () => {
  const house = await open();
  const { page } = house;
  const { press, follow, says, menu, done } = hands(page);
  try {
    house.run("seed", "--customers", String(many), "--lists-per-customer", "1", "--posts-per-list", "1", "--month", day(1, 1).slice(0, 7));
    await first(house);
    await menu("Customers", "Bill");
    await follow("Bill All in View");
    await press("Run All Customers");
    const progress = page.getByRole("progressbar", { name: "How far" });
    while (!(await progress.count())) await follow("Look again");
    await press("Pause");
    await says(/^Paused$/);
    const [, billed, all] = (await page.getByText(/^[\d,]+ of [\d,]+$/).first().innerText()).match(/([\d,]+) of ([\d,]+)/);
    assert.equal(all.replace(",", ""), String(many));
    assert.ok(Number(billed.replace(",", "")) < many, `${billed} are billed when it pauses`);
    await progress.waitFor();
    await house.look("run-paused");
    await page.goto("/jobs");
    await page.getByText("Paused", { exact: true }).waitFor();
    await page.goBack();
    await press("Go on");
    await says("The job goes on.");
    await press("Cancel the job");
    await page.getByText("Cancelled", { exact: true }).waitFor();
    await house.look("run-cancelled");
    // Started again it goes on, and nothing is billed twice or missing.
    await menu("Customers", "Bill");
    await follow("Bill All in View");
    await press("Run All Customers");
    await page.getByRole("banner").getByRole("progressbar").waitFor(); // the header of every page shows it
    await done();
    await says("80,000 customers");
    await page.goto("/bills?start=" + day(1, 1) + "&end=" + day(0, 0));
    await says("10,000+ bills");
  } finally {
    await house.close();
  }
});
