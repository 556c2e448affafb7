// Running, reviewing, testing, sending and settling bills as an operator does, topics 10, 11 and 14 of the manual.
import { test } from "node:test";
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { open, first } from "../house.mjs";

// The last whole month and the one before it, as 2026-10-01 and so on: the process has the real clock.
const today = new Date();
const day = (months, date) => new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - months, date)).toISOString().slice(0, 10);

const provider = `
currency: USD
time_zone: UTC
company: {name: Lists Inc, address: "1 Mail Street"}
settings: {billing_admin_name: Billing, billing_admin_email: billing@lists.test, test_email: me@lists.test, customer_types: [Hosting, Club]}
plans:
  - {id: std, name: Standard, monthly_price: "25", usage: [{method: messages, included: "1000", overage: {price: "0.90", per: "1000"}}]}
charges: [{id: setup, name: Set-up fee, amount: "50"}]
servers: [{name: s1, host: s1.test, kind: manual}]
lists:
  - {server: s1, site: acme.test, list: news}
  - {server: s1, site: elm.test, list: all}
customers:
  - company: Acme Ltd
    email: billing@acme.test
    type: Hosting
    start: "${day(2, 1)}"
    groups: [{name: Main, plans: [{plan: std, start: "${day(2, 1)}"}], objects: [{server: s1, site: acme.test, start: "${day(2, 1)}"}]}]
  - company: "שלום Grüße an alle 🌲 with a name that is long enough to be broken somewhere"
    email: x@elm.test
    type: Club
    start: "${day(2, 1)}"
    groups:
      - name: Main
        plans: [{plan: std, start: "${day(2, 1)}"}]
        objects: [{server: s1, site: elm.test, start: "${day(2, 1)}"}]
        charges: [{charge: setup, start: "${day(1, 1)}"}]
  - {company: No Address, start: "${day(2, 1)}"}
`;

test("billing", async () => {
  const house = await open();
  const { page, mails } = house;
  const done = () => page.getByText("Done", { exact: true }).first().waitFor();
  try {
    await first(house);
    await page.goto("/bill");
    await house.look("bill-empty");
    house.import(provider);
    const usage = house.file("usage.jsonl", [[2, 2000], [1, 9000]].map(([months, n]) =>
      JSON.stringify({ id: String(months), server: "s1", site: "acme.test", list: "news", at: day(months, 5) + "T10:00:00Z", bytes: 1000, recipients: n })).join("\n") + "\n");
    house.run("ingest", "--format", "jsonl", usage);
    house.run("bill", "run", "--start", day(2, 1), "--end", day(1, 0));

    await page.getByRole("link", { name: "Customers", exact: true }).first().click();
    await page.getByRole("link", { name: "Bill", exact: true }).first().click();
    await page.getByRole("columnheader", { name: "Last Bill Period" }).waitFor();
    await page.getByLabel("Select Acme Ltd").check();
    await house.look("bill");
    await page.getByRole("button", { name: "Bill Selected Customers" }).click();
    await page.getByRole("button", { name: "Run Selected Customers" }).waitFor();
    await page.goto("/bill");
    await page.getByRole("link", { name: "Bill All in View" }).click();
    assert.equal(await page.getByLabel("Start Date").inputValue(), day(1, 1));
    assert.equal(await page.getByLabel("End Date").inputValue(), day(0, 0));
    await house.look("bill-run");
    await page.getByRole("button", { name: "Run All Customers" }).click();
    await done();
    await page.getByText("has no email address").waitFor();
    await house.look("bill-result");

    await page.getByRole("link", { name: "Review", exact: true }).first().click();
    await page.getByText("Which customers changed most?").first().waitFor();
    await house.look("review");
    await page.getByRole("link", { name: "Billing checklist" }).click();
    await house.look("checklist");

    await page.goto("/send");
    await house.look("send");
    await page.getByLabel(/^Select Acme Ltd/).last().check();
    await page.getByRole("button", { name: "Test Selected Bills" }).click();
    await page.getByLabel("Message Comments (Text)").fill("Dear customer,\n\nwe have moved.");
    await house.look("send-test");
    await page.getByRole("button", { name: "Test Selected Bills" }).click();
    await done();
    await house.look("send-tested");
    const tests = readdirSync(mails);
    assert.equal(tests.length, 1);
    assert.match(readFileSync(path.join(mails, tests[0]), "utf8"), /we have moved/);

    await page.goto("/send?start=" + day(1, 1) + "&end=" + day(0, 0));
    await page.getByRole("link", { name: "Send All in View" }).click();
    await page.getByLabel("Message Comments (HTML)").fill("<p>We <script>moved</script></p>");
    await page.getByRole("button", { name: "Send Selected Bills" }).click();
    await page.getByRole("alert").waitFor();
    await house.look("send-faults");
    await page.getByLabel("Message Comments (HTML)").fill("<p>We have <b>moved</b>.</p>");
    await page.getByRole("button", { name: "Send Selected Bills" }).click();
    await done();
    await house.look("send-sent");
    assert.equal(readdirSync(mails).length, 3, "two bills and the test");

    await page.goto("/bill");
    await page.getByRole("row", { name: /Acme Ltd/ }).getByRole("link", { name: /USD/ }).click();
    await page.getByRole("heading", { name: /^Invoice/ }).first().waitFor();
    await house.look("invoice");
    await page.getByRole("link", { name: /messages|Usage|Overage/i }).first().click();
    await page.getByText("Messages and log records").waitFor();
    await house.look("invoice-line");
    await page.goBack();
    await page.getByRole("link", { name: "Record a payment" }).click();
    await page.getByLabel("Amount").fill("1,000");
    await page.getByLabel("Reference").fill("wire 7");
    await house.look("pay");
    await page.getByRole("button", { name: "Record the payment" }).click();
    await page.getByText("became credit").waitFor();
    await page.getByRole("link", { name: "Take back" }).first().click();
    await page.getByLabel("Reason").fill("another customer's");
    await page.getByRole("button", { name: "Take it back" }).click();
    await page.getByText("It is taken back.").waitFor();
    await page.getByRole("link", { name: "Void" }).click();
    await page.getByLabel("Reason").fill("disputed");
    await house.look("void");
    await page.getByRole("button", { name: "Void the bill" }).click();
    await page.getByText("The bill is void.").waitFor();
    await house.look("invoice-void");
    await page.goto("/bills");
    await house.look("bills");
  } finally {
    await house.close();
  }
});
