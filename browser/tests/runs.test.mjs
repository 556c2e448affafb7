// Topic 10 of the manual, running bills: the result; running again; stale drafts; sent bills that stay; and the way from
// an amount down to the records of the log. Topic 4: a draft goes stale with its plan.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { open, first, hands, day } from "../house.mjs";

const start = day(1, 1), end = day(0, 0);
const usage = (id, list, months, recipients, bytes = 1000) =>
  JSON.stringify({ id, server: "s1", site: "acme.test", list, at: day(months, 5) + "T10:00:00Z", bytes, recipients });

let house, page, field, fill, press, follow, says, menu, done;
before(async () => {
  house = await open();
  page = house.page;
  ({ field, fill, press, follow, says, menu, done } = hands(page));
  await first(house);
  house.import(`
currency: USD
time_zone: UTC
settings: {billing_admin_name: Billing, billing_admin_email: billing@lists.test}
plans:
  - {id: std, name: Standard, monthly_price: "25", usage: [{method: messages, unit_kb: "10", included: "100", overage: {price: "1", per: "1000"}}]}
servers: [{name: s1, host: s1.test, kind: manual}]
lists: [{server: s1, site: acme.test, list: news}, {server: s1, site: birch.test, list: news}]
customers:
  - {company: Acme Newsletters, email: billing@acme.test, start: "${start}", groups: [{name: Main, plans: [{plan: std}], objects: [{server: s1, site: acme.test}]}]}
  - {company: Birch & Co, email: billing@birch.test, start: "${start}", groups: [{name: Main, plans: [{plan: std}], objects: [{server: s1, site: birch.test}]}]}
  - {company: Cedar Café, start: "${start}"}
`);
  house.run("ingest", "--format", "jsonl", house.file("usage.jsonl", usage("1", "news", 1, 2100) + "\n"));
});
after(async () => { await house.close(); });

const row = (name) => page.getByRole("row", { name: new RegExp(name) });

async function run() {
  await menu("Customers", "Bill");
  await follow("Bill All in View");
  await press("Run All Customers");
  await done();
}
// bill opens the last bill of a customer by its amount.
async function bill(company) {
  await menu("Customers", "Bill");
  await row(company).getByRole("link", { name: /USD/ }).click();
  await page.getByRole("heading", { name: /^(Draft|Invoice)/ }).first().waitFor();
}

test("10 the period is confirmed; nonsense is refused beside its field", async () => {
  await menu("Customers", "Bill");
  await follow("Bill All in View");
  assert.deepEqual([await field("Start Date").inputValue(), await field("End Date").inputValue()], [start, end]);
  await fill({ "Start Date": "last month", "End Date": start });
  await press("Run All Customers");
  await page.getByRole("alert").getByText(/is no date|date/).first().waitFor();
  await house.look("run-fault");
});

test("10 the result lists who was billed and how much, who was skipped and why", async () => {
  await fill({ "Start Date": start, "End Date": end });
  await press("Run All Customers");
  await done();
  await row("Cedar Café").getByText("has no billing group").waitFor();
  await row("Cedar Café").getByRole("link", { name: "Edit" }).waitFor();
  await follow("Who was billed and how much");
  await row("Acme Newsletters").getByText("27.00 USD").waitFor();
  await row("Birch & Co").getByText("25.00 USD").waitFor();
});

test("10 an amount opens into the invoice, each line into its usage, down to the log records", async () => {
  await bill("Acme Newsletters");
  await row("Total|To be paid").getByText("27.00").first().waitFor();
  await page.getByRole("table", { name: "Lines of the bill" }).getByRole("link").last().click();
  await says("Messages and log records");
  await says("The days, deliveries and steps below add up to the line, to the cent.");
  await page.getByRole("table").filter({ hasText: "2,100" }).first().waitFor();
});

test("10 running again replaces drafts of the period, with a note of what changed", async () => {
  house.run("ingest", "--format", "jsonl", house.file("more.jsonl", usage("2", "news", 1, 3000) + "\n"));
  await bill("Acme Newsletters");
  await page.getByText("Stale", { exact: true }).first().waitFor();
  await run();
  await row("Acme Newsletters").getByText("27.00 USD").waitFor();
  await row("Acme Newsletters").getByText("30.00 USD").waitFor();
  await house.look("run-replaced");
});

test("4, 10 a draft whose plan was edited is stale, and is not sent before it is run again", async () => {
  await menu("Hosting Plans");
  await follow("Standard");
  await follow("Edit");
  await fill({ "Monthly Price": "26" });
  await press("Save");
  await says("Standard is saved.");
  await bill("Birch & Co");
  await page.getByText("What this draft was made from has changed since. It cannot be sent.").waitFor();
  await house.look("stale");
  await menu("Customers", "Send");
  await page.getByLabel(/^Select Birch & Co/).check();
  await press("Send Selected Bills");
  await says("Nothing can be mailed. The reasons are below.");
  await row("Birch & Co").waitFor();
  await house.look("stale-send");
  await run();
  await bill("Birch & Co");
  assert.equal(await page.getByText("It cannot be sent.").count(), 0);
  await row("Total|To be paid").getByText("26.00").first().waitFor();
});

test("10 a sent bill is never touched, and no day is billed twice", async () => {
  await follow("Send");
  await says("1 bill");
  await press("Send Selected Bills");
  await done();
  await run();
  await row("Birch & Co").getByText("a sent bill has a day of the period already").waitFor();
  await house.look("run-again");
  await menu("Customers", "Bill");
  await row("Birch & Co").getByText("26.00 USD").waitFor();
  await row("Birch & Co").getByText("Sent", { exact: true }).waitFor();
});

test("4 what was sent does not change when its plan gets a new version from a day on", async () => {
  await menu("Hosting Plans");
  await follow("Standard");
  await page.getByRole("link", { name: /2 customers/ }).click(); // who is on it
  await says("2 customers");
  await page.goBack();
  await follow("Edit");
  await fill({ "Monthly Price": "31", "Valid from": start });
  await press("Save");
  await page.getByRole("alert").first().waitFor(); // that day is billed
  await house.look("plan-version-refused");
  await fill({ "Valid from": day(0, 1) });
  await press("Save");
  await says("Standard is saved.");
  await house.look("plan-version");
  await follow("History");
  await bill("Birch & Co");
  await row("Total|To be paid").getByText("26.00").first().waitFor();
  await run();
  await bill("Acme Newsletters");
  await row("Total|To be paid").getByText("31.00").first().waitFor(); // 26 for the month, and 5,000 over
});
