// Topics 12 and 13 of the manual: customers and lists end, by a date, in a house account, or by being deleted.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { open, first, hands, day } from "../house.mjs";

const days = Number(day(0, 0).slice(8)); // of the last month: the price, so that each day costs 1.00
const provider = `
currency: USD
time_zone: UTC
settings: {billing_admin_name: Billing, billing_admin_email: billing@lists.test}
plans:
  - {id: daily, name: Daily, monthly_price: "${days}"}
  - {id: each, name: Each list, scope: list, monthly_price: "${days}"}
servers: [{name: s1, host: s1.test, kind: manual}]
lists:
  - {server: s1, site: acme.test, list: news}
  - {server: s1, site: birch.test, list: news}
  - {server: s1, site: birch.test, list: old}
  - {server: s1, site: birch.test, list: own}
  - {server: s1, site: fir.test, list: all}
customers:
  - {company: Acme Newsletters, email: billing@acme.test, start: "${day(2, 1)}", groups: [{name: Main, plans: [{plan: daily}], objects: [{server: s1, site: acme.test}]}]}
  - company: Birch & Co
    email: billing@birch.test
    start: "${day(1, 1)}"
    groups: [{name: Main, plans: [{plan: each}], objects: [{server: s1, site: birch.test, list: news}, {server: s1, site: birch.test, list: old}, {server: s1, site: birch.test, list: own}]}]
  - {company: Fir Friends, email: billing@fir.test, start: "${day(1, 1)}", groups: [{name: Main, plans: [{plan: daily}], objects: [{server: s1, site: fir.test}]}]}
`;

let house, page, field, fill, press, follow, says, menu, done;
before(async () => {
  house = await open();
  page = house.page;
  ({ field, fill, press, follow, says, menu, done } = hands(page));
  await first(house);
  house.import(provider);
});
after(async () => { await house.close(); });

const row = (name) => page.getByRole("row", { name: new RegExp(name) });
const main = () => page.getByRole("main");

async function customer(company) {
  await menu("Customers");
  await follow(company);
  await page.getByRole("heading", { name: company }).waitFor();
}

// run runs the bills of the last month for all customers.
async function run() {
  await menu("Customers", "Bill");
  await follow("Bill All in View");
  await press("Run All Customers");
  await done();
}

test("12 an End Date prorates the last bill", async () => {
  await customer("Acme Newsletters");
  await follow("Terminate");
  await says("No end date is set: the customer is billed on and on.");
  await fill({ "End Date": day(1, 10) });
  await press("Save the End Date");
  await says("The last bill is prorated.");
  await says("Not sent yet.");
  await house.look("terminate-ends");
  await run();
  await menu("Customers", "Bill");
  await row("Acme Newsletters").getByRole("link", { name: "10.00 USD" }).click();
  await page.getByRole("heading", { name: /draft/i }).first().waitFor();
  await main().getByText(new RegExp(`10 of ${days} days|${day(1, 10)}`)).first().waitFor();
  await house.look("terminate-prorated");
});

test("13 a list ends by an end date, another moves to the house account Terminated", async () => {
  await menu("Customers");
  await follow("Create New Customer");
  await fill({ "Company": "Terminated" });
  await field("House account").check();
  await press("Save");
  await says("Terminated is created.");
  await fill({ "Name": "Lists" });
  await press("Save");
  await says("Lists is created.");

  await menu("Customers");
  await row("Birch & Co").getByRole("link", { name: "Groups", exact: true }).click();
  await follow("Main");
  await page.getByRole("link", { name: /^Edit .*old/ }).click();
  await fill({ "End Date": day(1, 10) });
  await press("Save");
  await says(/is saved/);
  await row("old").getByText(day(1, 10)).waitFor();
  await page.getByRole("link", { name: /^Edit .*own/ }).click();
  await fill({ "End Date": day(1, 5) });
  await press("Save");
  await says(/is saved/);
  await house.look("lists-ended");

  await menu("Customers");
  await row("Terminated").getByText("House account").waitFor();
  await row("Terminated").getByRole("link", { name: "Groups", exact: true }).click();
  await follow("Lists");
  await follow("Add List/Site/Server");
  await page.getByLabel("Show", { exact: true }).selectOption("Also assigned ones");
  await page.getByLabel("Select own@birch.test").check();
  await press("Assign to Lists");
  await fill({ "Start Date": day(1, 6), "Description": "Its own list now" });
  await press("Save");
  await says("1 list is assigned.");
  await house.look("lists-terminated");

  await run();
  await says("House accounts, not billed on purpose");
  assert.equal(await main().getByText("Sent but not billed").count(), 0);
  await menu("Customers", "Bill");
  await row("Birch & Co").getByRole("link", { name: `${days + 10 + 5}.00 USD` }).click(); // news all month, the others 10 and 5 days
  await page.getByRole("heading", { name: /draft/i }).first().waitFor();
  await house.look("lists-ended-bill");
});

test("12 after the final bill the customer is made inactive, and can come back", async () => {
  await menu("Customers", "Send");
  await page.getByLabel(/^Select Acme Newsletters/).check();
  await press("Send Selected Bills");
  await press("Send Selected Bills");
  await done();
  await customer("Acme Newsletters");
  await follow("Terminate");
  await says(/Sent: invoices bill the days until/);
  await press("Make it inactive");
  await says("Its history is kept.");
  await follow("Terminate");
  await press("Make it active again");
  await says("Acme Newsletters is active.");
  await follow("Terminate");
  await press("Make it inactive");
  await says("Its history is kept.");
  await menu("Customers");
  await row("Acme Newsletters").getByText("Inactive", { exact: true }).waitFor();
  await house.look("terminate-inactive");
});

test("12 deleting is refused while sent invoices exist", async () => {
  await follow("Acme Newsletters");
  await follow("Terminate");
  await says(/It cannot be deleted. It has 1 sent invoice/);
  assert.equal(await page.getByRole("button", { name: "Delete this customer" }).count(), 0);
  await house.look("terminate-refused");
});

test("12 deleting asks for the company's name, and shows what goes", async () => {
  await customer("Fir Friends");
  await follow("Terminate");
  for (const text of ["1 billing group", "1 plan assignment", "1 assignment of a list, site or server", "1 draft bill"]) await says(text);
  await fill({ "Company": "Fir" });
  await press("Delete this customer");
  await page.getByRole("alert").getByText("is not the name of this customer").waitFor();
  await house.look("terminate-name");
  await fill({ "Company": "Fir Friends" });
  await press("Delete this customer");
  await says("Fir Friends is deleted.");
  assert.equal(await row("Fir Friends").count(), 0);
  await page.goto("/unassigned");
  await row("all@fir.test").waitFor(); // its list is nobody's now
});
