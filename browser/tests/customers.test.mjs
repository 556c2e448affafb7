// Customers as an operator enters them: topics 6, 7, 8, 9, 12 and 17 of the manual, by visible label and role.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { open, first } from "../house.mjs";

const provider = `
currency: USD
time_zone: Europe/Vienna
settings:
  customer_types: [Hosting, Club]
plans:
  - {id: std, name: Standard, monthly_price: "25", usage: [{method: messages, included: 10000, overage: {per: 1000, price: "0.90"}}]}
  - {id: big, name: "Large, with a name that is as long as operators make names when nobody stops them", monthly_price: "99"}
charges:
  - {id: setup, name: Set-up fee, amount: "50"}
servers:
  - {name: lists1, host: lists1.example, kind: manual}
  - {name: lists2, host: lists2.example, kind: mailman3, url: "https://lists2.example/rest"}
lists:
${Array.from({ length: 130 }, (_, i) => `  - {server: lists1, site: acme.example, list: news${String(i).padStart(3, "0")}}`).join("\n")}
  - {server: lists1, site: "elm-and-a-very-long-domain-name-that-does-not-end.example", list: all}
customers:
  - company: "שלום עולם 🌲"
    email: a@b.example
    groups: [{name: All, objects: [{server: lists1, site: "elm-and-a-very-long-domain-name-that-does-not-end.example", list: all}]}]
`;

let house, page;
before(async () => {
  house = await open();
  page = house.page;
  page.setDefaultTimeout(20_000);
  await first(house);
});
after(async () => { await house.close(); });

const press = (name) => page.getByRole("button", { name, exact: true }).click();
const follow = (name, exact = true) => page.getByRole("link", { name, exact }).first().click();
// field finds a field by its whole label, with or without the word that it is required.
const field = (label) => page.getByLabel(new RegExp("^\\s*" + label + "\\s*(required)?\\s*$"));
const says = (text) => page.getByText(text).first().waitFor();

test("a customer is entered, with faults beside its fields", async () => {
  await page.goto("/customers");
  await house.look("customers-empty");
  house.import(provider);
  await page.goto("/customers");
  await follow("Create New Customer");
  await says("Not validated and synced yet: lists2.");
  await field("Company").fill("Acme Newsletters & Söhne");
  await field("Contact Name").fill("Zoë Grün");
  await field("Email Address").fill("billing");
  await field("Additional Addresses").fill("books@acme.example\nwrong address");
  await field("Type").selectOption("Hosting");
  await page.getByRole("radio", { name: /^Credit Card/ }).check();
  await house.look("customer-new");
  await page.getByRole("tab", { name: "Payment Information" }).click();
  await field("Credit Card Type").selectOption("Visa");
  await field("Credit Card Number").fill("4242 4242 4242 4241");
  await field("Credit Card Expiration").fill("12/28");
  await field("Credit Card Expiration").blur();
  assert.equal(await field("Credit Card Expiration").inputValue(), "2028-12");
  await house.look("customer-new-payment");
  await page.getByRole("tab", { name: "Information", exact: true }).click();
  await field("Additional customer information").fill("With us since 1999.");
  await field("Name 1").fill("PO number");
  await field("Value 1").fill("4711");
  await press("Add a field");
  await field("Name 3").fill("Tax number");
  await field("Value 3").fill("ATU 123");
  await house.look("customer-new-information");
  await page.getByRole("tab", { name: "Additional Settings" }).click();
  await field("Start Date").fill("1.9.2026");
  await field("Salespeople").fill("Ann\nBob");
  await field("Note").fill("Thank you for your trust.");
  await house.look("customer-new-settings");
  await press("Save");
  await says("3 fields need correcting.");
  assert.equal(await page.getByRole("tab", { name: "Payment Information" }).locator(".tab-wrong").count(), 1);
  await house.look("customer-faults");
  await page.getByRole("alert").getByRole("link", { name: "Credit Card Number" }).click();
  assert.equal(await page.evaluate(() => document.activeElement.id), "f-card.number");
  await page.keyboard.type("4242424242424242");
  await page.getByRole("alert").getByRole("link", { name: "Email Address" }).click();
  await field("Email Address").fill("billing@acme.example");
  await field("Additional Addresses").fill("books@acme.example");
  await press("Save");
  await says("is created. Now make its billing group.");
  await house.look("group-new");
});

test("its contract: a group, a plan, a charge and lists", async () => {
  await field("Name").fill("Newsletters 2026");
  await press("Save");
  await says("Now assign a hosting plan, charges and lists.");
  await house.look("group-empty");
  await follow("Add Hosting Plan");
  await field("Hosting Plan").selectOption("Standard");
  await field("Start Date").fill("2026-09-01");
  await press("Save");
  await says("It is assigned.");
  await follow("Add Hosting Plan");
  await field("Hosting Plan").selectOption({ index: 1 });
  await press("Save");
  await page.getByRole("alert").getByText("The group has the plan Standard").waitFor();
  await house.look("plan-clash");
  await field("Start Date").fill("2025-01-01");
  await field("End Date").fill("2026-08-31");
  await press("Save");
  await follow("Add Additional Charge");
  await field("Additional Charge").selectOption("Set-up fee");
  await field("Amount").fill("-1,250.50");
  await field("Description").fill("Prepaid for the first year");
  await house.look("charge-assign");
  await press("Save");
  await follow("Add List/Site/Server");
  await page.getByRole("heading", { name: "Select Lists" }).waitFor();
  await field("Select all in view").check();
  await page.getByText("All lists that match").click();
  await house.look("select-lists");
  await press("Assign to Newsletters 2026");
  await page.getByRole("heading", { name: "Assign 130 lists" }).waitFor();
  await field("Start Date").fill("2026-09-01");
  await house.look("assign-dates");
  await press("Save");
  await says("130 lists are assigned.");
  await house.look("group");
  await follow("Add List/Site/Server");
  await says("Every list that is known is assigned.");
  await house.look("select-none");
  await page.goto(page.url() + "?show=all&q=all%40elm");
  await page.getByText("group All, all days").waitFor();
  await page.getByLabel("Select all@").check();
  await press("Assign to Newsletters 2026");
  await press("Save");
  await page.getByRole("alert").getByText("belongs to שלום עולם 🌲").waitFor();
  await house.look("list-clash");
});

test("the page of a customer, its groups and its edit", async () => {
  await page.goto("/customers");
  await house.look("customers");
  await follow("Acme Newsletters & Söhne");
  await says("Visa that ends in 4242, expires 2028-12");
  await house.look("customer");
  await follow("Edit");
  await field("Phone Number").fill("+43 660 123");
  const other = await house.context.newPage();
  await other.goto(page.url());
  await other.getByLabel("Contact Name").fill("Max");
  await other.getByRole("button", { name: "Save", exact: true }).click();
  await other.getByText("is saved.").waitFor();
  await other.close();
  await press("Save");
  await says("while you had it open. Nothing was saved yet.");
  await house.look("customer-stale");
  await press("Save");
  await says("is saved.");
  await follow("Statement");
  await house.look("statement");
});

test("many customers are edited at once", async () => {
  await page.goto("/customers");
  await field("Select all in view").check();
  await press("Edit selected customers");
  await field("Type").selectOption("Club");
  await field("Add a salesperson").fill("Carol");
  await house.look("customers-many");
  await press("Preview");
  await says("→ Club");
  await house.look("customers-many-preview");
  await press("Change 2 customers");
  await says("2 customers are changed.");
});

test("all customers are validated, and a problem is mended", async () => {
  house.import("customers:\n  - {company: Fir, email: nowhere}\n");
  await page.goto("/validation");
  await house.look("validation-empty");
  await press("Validate All Customers");
  await page.waitForURL(/\/jobs\//);
  await follow("See what was found");
  await page.getByRole("cell", { name: /No billing group/ }).first().waitFor();
  await house.look("validation");
  await field("Problem").selectOption("Email address malformed");
  await page.getByText("Problem: Email address malformed").waitFor();
  await page.getByRole("link", { name: "Edit Fir" }).click();
  await page.waitForURL(/#f-email$/);
  assert.equal(await page.evaluate(() => document.activeElement.id), "f-email");
  await field("Email Address").fill("fir@fir.example");
  await press("Save");
  await says("Fir is saved.");
  await house.look("customer-found");
});

test("the history, and a customer's end", async () => {
  await page.goto("/customers?q=acme");
  await follow("Acme Newsletters & Söhne");
  await follow("History");
  await field("Note").fill("Called: wants a discount.");
  await press("Add the note");
  await says("The note is added.");
  await house.look("history");
  await follow("Acme Newsletters & Söhne");
  await follow("Terminate");
  await field("End Date").fill("2026-10-15");
  await press("Save the End Date");
  await says("The last bill is prorated.");
  await field("Company").fill("Acme");
  await press("Delete this customer");
  await page.getByRole("alert").getByText("is not the name of this customer").waitFor();
  await house.look("terminate");
  await press("Make it inactive");
  await says("Its history is kept.");
});
