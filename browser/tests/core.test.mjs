// The core, which runs on both engines: somebody who has only the pages sets up a provider, enters five customers of
// different contracts, and bills a month: run, review, send, pay. Numbers in front are topics of the manual.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { open, first, hands } from "../house.mjs";

const today = new Date();
const day = (months, date) => new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - months, date)).toISOString().slice(0, 10);
const start = day(1, 1), end = day(0, 0); // the last whole month

let house, page, field, fill, press, follow, says, menu, done;
before(async () => {
  house = await open();
  page = house.page;
  ({ field, fill, press, follow, says, menu, done } = hands(page));
  await first(house);
});
after(async () => { await house.close(); });

test("2 settings", async () => {
  await menu("Settings");
  await fill({ "Company name": "Example Lists", "Billing Admin Name": "Billing", "Billing Admin Email": "billing@lists.test", "Customer Type Options": "Hosting\nClub", "Currency": "USD", "Time zone": "UTC" });
  await press("Save");
  await says("The settings are saved.");
});

test("3 a server, with its lists", async () => {
  await menu("Servers");
  await follow("Create New Server");
  await fill({ "Name": "s1", "Host Name": "s1.test", "Comments": "Its lists come from a file." });
  await field("Kind").selectOption("Manual (no API)");
  await press("Save");
  await says("s1 is created.");
  const lists = ["acme", "birch", "cedar", "dogwood", "elm"].flatMap((site) => ["news", "talk"].map((list) => `  - {server: s1, site: ${site}.test, list: ${list}}\n`));
  house.import("lists:\n" + lists.join(""));
});

test("4 hosting plans of each method", async () => {
  const plan = async (name, method, values, scope) => {
    await menu("Hosting Plans");
    await follow("Create New Hosting Plan");
    await fill({ "Name": name, "Description": `${name}, for newsletters` });
    if (scope) await page.getByRole("radio", { name: scope }).check();
    await page.getByRole("radio", { name: method }).check();
    await fill(values);
    await press("Save");
    await says(`${name} is created.`);
  };
  await plan("Standard 10", /^Standard/, { "Monthly Price": "25", "Included Messages": "1,000", "Overage CPM": "0.90", "Max Message Size": "40" });
  await plan("Each list", /^Standard/, { "Monthly Price": "10", "Included Messages": "500", "Overage CPM": "1" }, /^Bill by List/);
  await plan("Gigabytes", /^Bandwidth/, { "Monthly Price": "5", "Included GB": "0", "Cost Per GB": "2" });
  await plan("Flat", /^Monthly price only/, { "Monthly Price": "40" });
});

test("5 additional charges, one of them prepaid", async () => {
  for (const [name, amount] of [["Set-up fee", "50"], ["Prepayment", "-100"]]) {
    await menu("Additional Charges");
    await follow("Create New Additional Charge");
    await fill({ "Name": name, "Description": "Once", "Default Amount": amount });
    await press("Save");
    await says(`${name} is created.`);
  }
});

const customers = [
  { company: "Acme Newsletters", payment: /^Invoice/, type: "Hosting", plan: "Standard 10", site: "acme.test" },
  { company: "Birch & Co", payment: /^Invoice/, type: "Hosting", plan: "Each list", site: "birch.test", charge: "Set-up fee" },
  { company: "Cedar Café", payment: /^Credit Card/, type: "Club", plan: "Gigabytes", site: "cedar.test" },
  { company: "Dogwood Friends", payment: /^Free/, type: "Club", plan: "Standard 10", site: "dogwood.test" },
  { company: "Elm שלום 🌲", payment: /^Invoice/, type: "Hosting", plan: "Flat", site: "elm.test", charge: "Prepayment" },
];

for (const c of customers) {
  test(`6, 7, 8 the customer ${c.company}: its group, plan, charges and lists`, async () => {
    await menu("Customers");
    await follow("Create New Customer");
    await fill({ "Company": c.company, "Contact Name": "Somebody", "Email Address": `billing@${c.site}` });
    await field("Type").selectOption(c.type);
    await page.getByRole("radio", { name: c.payment }).check();
    if (c.payment.test("Credit Card")) {
      await page.getByRole("tab", { name: "Payment Information" }).click();
      await field("Credit Card Type").selectOption("Visa");
      await fill({ "Credit Card Number": "4242 4242 4242 4242", "Credit Card Expiration": `12/${today.getUTCFullYear() + 2}` });
    }
    await page.getByRole("tab", { name: "Additional Settings" }).click();
    await field("Start Date").fill(start);
    await press("Save");
    await says("is created. Now make its billing group.");
    await field("Name").fill("Main");
    await press("Save");
    await follow("Add Hosting Plan");
    await field("Hosting Plan").selectOption(c.plan);
    await press("Save");
    await says("It is assigned.");
    if (c.charge) {
      await follow("Add Additional Charge");
      await field("Additional Charge").selectOption(c.charge);
      await press("Save");
      await says("It is assigned.");
    }
    await follow("Add List/Site/Server");
    await follow("Select Sites");
    await page.getByLabel(`Select ${c.site}`).check();
    await press("Assign to Main");
    await press("Save");
    await says("1 site is assigned.");
  });
}

test("9 all of them are valid", async () => {
  await menu("Customers", "Validate");
  await press("Validate All Customers");
  await done();
  await follow("See what was found");
  await says(/No errors|Nothing was found|No problem/);
});

test("10 the month is run, and reviewed", async () => {
  const usage = customers.map((c, i) => JSON.stringify({ id: c.site, server: "s1", site: c.site, list: "news", at: day(1, 5) + "T10:00:00Z", bytes: 1 << 20, recipients: 1000 * (i + 1) }));
  house.run("ingest", "--format", "jsonl", house.file("usage.jsonl", usage.join("\n") + "\n"));
  await menu("Customers", "Bill");
  await says("5 customers");
  await follow("Bill All in View");
  assert.equal(await field("Start Date").inputValue(), start);
  assert.equal(await field("End Date").inputValue(), end);
  await press("Run All Customers");
  await done();
  await house.look("core-result");
  await follow("Who was billed and how much");
  await says("5 bills");
  for (const c of customers) await page.getByRole("row", { name: new RegExp(c.company) }).getByText(/USD/).first().waitFor();
  await page.goBack();
  await follow("Review");
  await says("nothing was billed before");
  await page.getByText("Birch & Co").first().waitFor();
  await house.look("core-review");
});

test("11 the bills are sent", async () => {
  await follow("Send");
  await says("5 drafts");
  await follow("Send All in View");
  await says("5 bills");
  await house.look("core-send");
  await press("Send Selected Bills");
  await done();
  assert.equal(readdirSync(house.mails).length, 4, "the free customer gets no mail");
});

test("11 a bill is paid", async () => {
  await menu("Customers", "Bill");
  await page.getByRole("row", { name: /Birch & Co/ }).getByRole("link", { name: /USD/ }).click();
  await page.getByRole("heading", { name: /^Invoice/ }).first().waitFor();
  await follow("Record a payment");
  await field("Reference").fill("wire 1");
  await press("Record the payment");
  await page.getByText("Paid", { exact: true }).first().waitFor();
  await house.look("core-paid");
  await menu("Home");
  await page.getByRole("heading", { name: "Home" }).waitFor();
  await house.look("core-home");
});
