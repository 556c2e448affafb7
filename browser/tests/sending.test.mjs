// Topic 11 of the manual through a mail server: tests to the test address, sending with this mailing's own words, one
// address that is refused, one of which nothing is known; and what is decided then: again, paid, written off, void.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { open, first, hands, day } from "../house.mjs";
import { mailServer } from "../mailserver.mjs";

const start = day(1, 1), end = day(0, 0);
const customers = [["Acme Newsletters", "billing@acme.test"], ["Birch & Co", "refuse@birch.test"], ["Cedar Café", "hang@cedar.test"], ["Dogwood Friends", "billing@dogwood.test"]];

let house, mail, page, field, fill, press, follow, says, menu, done;
before(async () => {
  mail = await mailServer();
  house = await open({ smtp: true });
  page = house.page;
  ({ field, fill, press, follow, says, menu, done } = hands(page));
  await first(house);
  house.import(`
currency: USD
time_zone: UTC
company: {name: Example Lists, address: "1 Mail Street"}
settings: {billing_admin_name: Billing, billing_admin_email: billing@lists.test, test_email: me@lists.test, bounce_email: bounces@lists.test, error_email: alarm@lists.test, smtp: {host: 127.0.0.1, port: "${mail.port}", security: none}}
plans: [{id: std, name: Standard, monthly_price: "25"}]
servers: [{name: s1, host: s1.test, kind: manual}]
lists:
${customers.map((_, i) => `  - {server: s1, site: c${i}.test, list: news}`).join("\n")}
customers:
${customers.map(([company, email], i) => `  - {company: "${company}", email: "${email}", ${i === 0 ? 'additional_addresses: ["books@acme.test"], ' : ""}start: "${start}", groups: [{name: Main, plans: [{plan: std}], objects: [{server: s1, site: c${i}.test}]}]}`).join("\n")}
`);
  house.run("bill", "run", "--start", start, "--end", end);
});
after(async () => { await house.close(); mail.close(); });

const row = (name) => page.getByRole("row", { name: new RegExp(name) });
const mailed = (address) => page.getByRole("region", { name: "Mails" }).getByRole("row", { name: new RegExp(address) });
const to = (address) => mail.mails.filter((m) => m.to.includes(address));
async function bill(company) {
  await menu("Customers", "Bill");
  await row(company).getByRole("link", { name: /USD/ }).click();
  await page.getByRole("heading", { name: /^(Draft|Invoice)/ }).first().waitFor();
}

test("11 Send shows the drafts, each with View; the letter is filled from the settings", async () => {
  await menu("Customers", "Send");
  await says("4 drafts");
  await row("Acme Newsletters").getByRole("link", { name: /View/ }).click();
  await page.getByRole("heading", { name: /^Draft/ }).waitFor();
  await menu("Customers", "Send");
  await page.getByLabel(/^Select Acme Newsletters/).check();
  await page.getByLabel(/^Select Birch & Co/).check();
  await press("Test Selected Bills");
  for (const [label, value] of [["From Name", "Billing"], ["From Email Address", "billing@lists.test"], ["Test Email Address", "me@lists.test"], ["Message Bounce Email Address", "bounces@lists.test"]]) {
    assert.equal(await field(label).inputValue(), value, label);
  }
});

test("11 Test Selected Bills mails them to the test address alone", async () => {
  await fill({ "Test Email Address": "nobody" });
  await press("Test Selected Bills");
  await page.getByRole("alert").getByText("Test Email Address").first().waitFor();
  await house.look("sending-test-fault");
  await fill({ "Test Email Address": "tester@lists.test", "Message Comments (Text)": "We have moved." });
  await press("Test Selected Bills");
  await done();
  await house.look("sending-tested");
  assert.deepEqual([...new Set(mail.mails.flatMap((m) => m.to))], ["tester@lists.test"]);
  assert.equal(mail.mails.length, 2);
  assert.match(mail.mails[0].text, /We have moved/);
  assert.match(mail.mails[0].text, /X-Postmeter-Test/);
  await menu("Customers", "Send");
  await row("Acme Newsletters").getByText("Tested", { exact: true }).waitFor();
  await row("Cedar Café").getByText("Draft", { exact: true }).waitFor();
});

test("11 Send: one failing address never stops the rest, and what is uncertain is shown as such", async () => {
  await follow("Send All in View");
  await says("4 bills, 100.00 USD together");
  assert.equal(await field("Error Notify Email Address").inputValue(), "alarm@lists.test");
  await fill({ "From Name": "The accounts of Example Lists", "Message Comments (Text)": "Thank you for this year." });
  await house.look("sending-ask");
  await press("Send Selected Bills");
  await done();
  await house.look("sending-sent");
  assert.equal(to("billing@acme.test").length, 1);
  assert.equal(to("books@acme.test").length, 1, "the additional address");
  assert.equal(to("billing@dogwood.test").length, 1);
  assert.equal(to("hang@cedar.test").length, 1);
  assert.equal(to("alarm@lists.test").length, 1, "who is told of errors");
  assert.match(to("billing@acme.test")[0].text, /The accounts of Example Lists/);
  await menu("Customers", "Bill");
  for (const [company, state] of [["Acme Newsletters", "Sent"], ["Birch & Co", "Bounced"], ["Cedar Café", "Unconfirmed"], ["Dogwood Friends", "Sent"]]) {
    await row(company).getByText(state, { exact: true }).waitFor();
  }
  await house.look("sending-states");
  await menu("Customers", "Send");
  await says("There are no drafts to send.");
});

test("11 what is unconfirmed is decided by a person", async () => {
  await follow("Unconfirmed");
  await says("1 bill");
  await house.look("bills-unconfirmed");
  await page.getByRole("table").getByRole("link", { name: /\d/ }).first().click();
  await mailed("hang@cedar.test").getByText("Unconfirmed").waitFor();
  await house.look("invoice-unconfirmed");
  await follow("Send again");
  await press("Send again");
  await done();
  assert.equal(to("hang@cedar.test").length, 2);
});

test("11 an address that was refused is mended, and mailed again", async () => {
  await menu("Customers");
  await follow("Birch & Co");
  await follow("Edit");
  await fill({ "Email Address": "billing@birch.test" });
  await press("Save");
  await says("Birch & Co is saved.");
  await page.goto("/bills?state=failed");
  await says("1 bill");
  await house.look("bills-failed");
  await bill("Birch & Co");
  await mailed("refuse@birch.test").getByText("no such mailbox").waitFor();
  await follow("Send again");
  await press("Send again");
  await done();
  assert.equal(to("billing@birch.test").length, 1);
  await bill("Birch & Co");
  await mailed("billing@birch.test").getByText("Sent", { exact: true }).waitFor();
  await mailed("refuse@birch.test").getByText("Replaced", { exact: true }).waitFor();
  assert.equal(await page.getByText("Bounced", { exact: true }).count(), 0, "the bill was mailed to the mended address");
  await house.look("invoice-mended");
});

test("11 a bill is paid in parts, a payment is taken back", async () => {
  await bill("Acme Newsletters");
  await follow("Record a payment");
  await fill({ "Amount": "10", "Reference": "wire 1" });
  await press("Record the payment");
  await says("To be paid: 15.00 USD.");
  await follow("Record a payment");
  assert.equal(await field("Amount").inputValue(), "15.00");
  await fill({ "Reference": "wire 2" });
  await press("Record the payment");
  await page.getByText("Paid", { exact: true }).first().waitFor();
  await house.look("invoice-paid");
  await follow("Take back");
  await fill({ "Reason": "It was another customer's." });
  await press("Take it back");
  await says("It is taken back.");
});

test("11 what nobody will pay is written off", async () => {
  await follow("Write off");
  await press("Write off what is to be paid");
  await page.getByRole("alert").getByRole("link", { name: "Reason" }).waitFor();
  await fill({ "Reason": "Bankrupt" });
  await press("Write off what is to be paid");
  await says("is written off.");
  await house.look("invoice-written-off");
});

test("Void makes a credit note, and frees the days to be billed again", async () => {
  await bill("Dogwood Friends");
  await follow("Void");
  await says("A credit note with a number of its own takes back 25.00 USD.");
  await fill({ "Reason": "Billed to the wrong company" });
  await press("Void the bill");
  await says("The bill is void. The credit note is");
  await page.getByText("Void", { exact: true }).first().waitFor();
  await menu("Customers", "Bill");
  await page.getByLabel("Select Dogwood Friends").check();
  await press("Bill Selected Customers");
  await press("Run Selected Customers");
  await done();
  await menu("Customers", "Bill");
  await row("Dogwood Friends").getByText("Draft", { exact: true }).waitFor();
});

test("17 a customer's history has it all", async () => {
  await menu("Customers");
  await follow("Dogwood Friends");
  await follow("History");
  await says(/void/i);
  await house.look("history-of-bills");
});
