// Topic 10 of the manual, the page Bill: all its searches, and a run of just what they find. And the list of
// customers, topic 6: search, sort and pages.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { open, first, hands, day } from "../house.mjs";

// Who is found by what: each customer differs from Acme in one thing.
const customers = [
  { company: "Acme", type: "Hosting", payment: "invoice", start: day(6, 1), salespeople: ["Ann"] },
  { company: "Birch", type: "Club", payment: "invoice", start: day(6, 1), salespeople: ["Bob"] },
  { company: "Cedar", type: "Hosting", payment: "free", start: day(6, 1) },
  { company: "Dogwood", type: "Hosting", payment: "invoice", start: day(6, 1), active: false },
  { company: "Elm", type: "Hosting", payment: "invoice", start: day(1, 20), contact: "Zoë Grün" },
  { company: "Fir", type: "Hosting", payment: "invoice", start: day(6, 1), end: day(2, 15) },
  { company: "Gum", type: "Hosting", payment: "invoice", start: day(0, 1), phone: "+43 660 1234" },
];
const provider = `
currency: USD
time_zone: UTC
settings: {customer_types: [Hosting, Club]}
plans: [{id: std, name: Standard, monthly_price: "25"}]
servers: [{name: s1, host: s1.test, kind: manual}]
lists:
${customers.map((c) => `  - {server: s1, site: ${c.company.toLowerCase()}.test, list: all}`).join("\n")}
customers:
${customers.map((c) => `  - ${JSON.stringify({
    company: c.company, email: `billing@${c.company.toLowerCase()}.test`, type: c.type, payment_method: c.payment, start: c.start,
    ...(c.end && { end: c.end }), ...(c.active === false && { active: false }), ...(c.salespeople && { salespeople: c.salespeople }),
    ...(c.contact && { contact: c.contact }), ...(c.phone && { phone: c.phone }),
    groups: [{ name: "Main", plans: [{ plan: "std" }], objects: [{ server: "s1", site: `${c.company.toLowerCase()}.test` }] }],
  })}`).join("\n")}
`;

let house, page, field, press, follow, says, menu, done;
before(async () => {
  house = await open();
  page = house.page;
  ({ field, press, follow, says, menu, done } = hands(page));
  await first(house);
  house.import(provider);
});
after(async () => { await house.close(); });

// shows waits until the list has exactly these customers.
async function shows(...companies) {
  await says(companies.length === 1 ? /^1 customer$/ : `${companies.length} customers`);
  assert.deepEqual(await page.locator("tbody").getByRole("rowheader").getByRole("link").allInnerTexts(), companies);
}
// search sets one search in the page, and clears it again.
async function search(label, value, ...companies) {
  const box = page.getByRole("main").getByLabel(label, { exact: true });
  if (await box.evaluate((b) => b.tagName === "SELECT")) await box.selectOption(value); else { await box.fill(value); await box.press("Enter"); }
  await page.getByRole("list", { name: "What is set" }).waitFor();
  await shows(...companies);
  await page.getByRole("list", { name: "What is set" }).getByRole("link").first().click();
  await shows(...customers.map((c) => c.company));
}

test("10 Bill is searched by everything that the manual names", async () => {
  await menu("Customers", "Bill");
  await shows(...customers.map((c) => c.company)); // All
  await search("Customers", "Active", "Acme", "Birch", "Cedar", "Elm", "Fir", "Gum");
  await search("Customers", "Inactive", "Dogwood");
  await search("Start Date After", day(1, 19), "Elm", "Gum");
  await search("Start Date After", day(1, 20), "Gum");
  await search("Start Date Before", day(1, 20), "Acme", "Birch", "Cedar", "Dogwood", "Fir");
  await search("End Date After", day(2, 15), "Acme", "Birch", "Cedar", "Dogwood", "Elm", "Gum"); // those who have no end, too
  await search("End Date Before", day(2, 16), "Fir");
  await search("Start Date After", "1." + Number(day(2, 1).slice(5, 7)) + "." + day(2, 1).slice(0, 4), "Elm", "Gum"); // typed as people do
  await search("Type", "Club", "Birch");
  await search("Payment Method", "Free", "Cedar");
  await search("Salesperson", "bob", "Birch");
  await search("Search", "zoë", "Elm");
});

test("10 Active Before: started by then, and not ended before the period", async () => {
  await page.goto("/bill");
  await search("Active Before", day(0, 0), "Acme", "Birch", "Cedar", "Dogwood", "Elm"); // Fir ended before the month, Gum starts after it
});

test("10 searches are combined, and Bill All in View runs just what they find", async () => {
  await page.goto("/bill");
  await page.getByRole("main").getByLabel("Type", { exact: true }).selectOption("Hosting");
  await says("6 customers");
  await page.getByRole("main").getByLabel("Customers", { exact: true }).selectOption("Active");
  await says("5 customers");
  await page.getByRole("main").getByLabel("Payment Method", { exact: true }).selectOption("Invoice");
  await shows("Acme", "Elm", "Fir", "Gum");
  await house.look("bill-searched");
  await page.reload(); // the view is in the address
  await shows("Acme", "Elm", "Fir", "Gum");
  await follow("Bill All in View");
  await says("all 4 customers in view");
  await press("Run Selected Customers");
  await done();
  await says("starts after the period"); // Gum
  await says("ended before the period"); // Fir
  await house.look("bill-searched-result");
  await follow("Who was billed and how much");
  await says("2 bills");
  await page.getByRole("row", { name: /^Elm/ }).getByText("USD").first().waitFor();
});

test("10 what is ticked in a list that was searched stays ticked", async () => {
  await menu("Customers", "Bill");
  await page.getByRole("main").getByLabel("Search", { exact: true }).fill("elm");
  await shows("Elm");
  const asked = [];
  page.on("request", (r) => { if (/\/bill\?/.test(r.url())) asked.push(r.url()); });
  await page.getByLabel("Select Elm").click(); // leaves the box
  await press("Bill Selected Customers");
  await says("Run the bills of Elm.");
  assert.deepEqual(asked, [], "the list is exchanged under the hand that ticks");
});

test("10 a selected customer alone is run", async () => {
  await menu("Customers", "Bill");
  await page.getByLabel("Select Birch").check();
  await page.getByLabel("Select Cedar").check();
  await press("Bill Selected Customers");
  await says("Run the bills of 2 customers.");
  await house.look("bill-selected");
  await press("Run Selected Customers");
  await done();
  await menu("Customers", "Bill");
  await page.getByRole("row", { name: /^Select Birch|^Birch/ }).getByText("25.00 USD").waitFor();
});

test("6 customers are searched by anything shown, sorted and paged", async () => {
  house.import("customers:\n" + Array.from({ length: 60 }, (_, i) => `  - {company: "Willow ${String(i).padStart(2, "0")}"}\n`).join(""));
  await menu("Customers");
  await says("67 customers");
  await page.getByRole("link", { name: "Next" }).click();
  await page.getByRole("link", { name: "Willow 59", exact: true }).waitFor();
  await house.look("customers-page2");
  await page.getByRole("link", { name: "Previous" }).click();
  await page.getByRole("link", { name: "Acme", exact: true }).waitFor();
  await page.getByRole("columnheader", { name: "Company" }).getByRole("link").click();
  await page.getByRole("link", { name: "Willow 59", exact: true }).waitFor();
  for (const [words, company] of [["zoë grün", "Elm"], ["billing@fir", "Fir"], ["+43 660", "Gum"], ["willow 07", "Willow 07"]]) {
    await page.getByRole("main").getByLabel("Search", { exact: true }).fill(words);
    await says("1 customer");
    await page.getByRole("link", { name: company, exact: true }).waitFor();
  }
});
