// Topics 3 and 13 of the manual with a real Mailman: a server is added, validated and synced; lists come, are renamed
// and are deleted there, and what billing makes of it is seen and decided in the pages. What happens on the server is
// done over its REST API, which no page reads.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { open, first, hands, day } from "../house.mjs";

const { MAILMAN_URL, MAILMAN_USER, MAILMAN_PASSWORD } = process.env; // browser_test.go starts it

// rest asks Mailman for something, and fails with what it says.
async function rest(method, path, form) {
  const answer = await fetch(MAILMAN_URL + path, {
    method, body: form && new URLSearchParams(form),
    headers: { Authorization: "Basic " + Buffer.from(`${MAILMAN_USER}:${MAILMAN_PASSWORD}`).toString("base64") },
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
}

const id = (list) => list.replace("@", ".");
const listed = (list) => rest("POST", "/lists", { fqdn_listname: list });
const deleted = (list) => rest("DELETE", "/lists/" + id(list));
// joins makes somebody a member or an owner of a list.
const joins = (list, role, subscriber) => rest("POST", "/members", {
  list_id: id(list), role, subscriber, ...(role === "member" && { pre_verified: true, pre_confirmed: true, pre_approved: true, send_welcome_message: false }),
});

const before6 = ["news@acme.test", "talk@acme.test", "all@elm.test", "board@elm.test", "jobs@elm.test", "press@elm.test"];

let house, page, field, fill, press, follow, says, menu, done;
before(async () => {
  house = await open();
  page = house.page;
  ({ field, fill, press, follow, says, menu, done } = hands(page));
  await first(house);
  for (const host of ["acme.test", "elm.test"]) await rest("POST", "/domains", { mail_host: host });
  for (const list of before6) await listed(list);
  await joins("news@acme.test", "owner", "owner@acme.test");
  for (const name of ["ann", "bob", "carl"]) await joins("news@acme.test", "member", `${name}@acme.test`);
});
after(async () => { await house.close(); });

// asked ticks servers and has them validated or synced.
async function asked(what, ...names) {
  await menu("Servers");
  for (const name of names) await page.getByLabel(`Select ${name}`, { exact: true }).check();
  await press(`${what} Selected Servers`);
  await page.waitForURL(/\/jobs\/\d+/);
  await done();
}
const outcome = (server) => page.getByRole("row", { name: new RegExp("^" + server) });

test("3 Create New Server: a Mailman, and one that is dead", async () => {
  await menu("Servers");
  await follow("Create New Server");
  await fill({ "Name": "mailman", "Host Name": "127.0.0.1", "URL": MAILMAN_URL, "User": MAILMAN_USER, "Password": "not this one", "Comments": "In the cellar" });
  await field("Kind").selectOption("Mailman 3");
  await press("Save");
  await says("mailman is created. Validate it next, and then sync it.");
  assert.equal(await page.getByText("not this one").count(), 0, "the password is kept sealed");
  await menu("Servers");
  await follow("Create New Server");
  await fill({ "Name": "dead", "Host Name": "dead.test", "URL": "http://127.0.0.1:9/3.1" });
  await press("Save");
  await says("dead is created.");
});

test("3 a wrong password is told, and mended", async () => {
  await asked("Validate", "mailman");
  await outcome("mailman").getByText("Failed", { exact: true }).waitFor();
  await follow("mailman");
  await says(/password/);
  await house.look("mailman-password");
  await follow("Edit");
  await field("Password").fill(MAILMAN_PASSWORD);
  await house.look("mailman-edit");
  await press("Save");
  await says("mailman is saved.");
});

test("3 Validate Selected Servers reports what is new; a dead server holds up nobody", async () => {
  await asked("Validate", "mailman", "dead");
  await outcome("mailman").getByText("6 new").waitFor();
  await outcome("dead").getByText("Failed", { exact: true }).waitFor();
  await house.look("mailman-validated");
  await follow("mailman");
  for (const text of [/GNU Mailman 3/, "Its clock agrees with this machine's.", "The server accepts the user and password", "No log of it was ever read"]) await says(text);
  await page.getByText("New on the server: sync it to bring them into billing: 6").click();
  await page.getByRole("listitem").getByText("news@acme.test").waitFor();
  await house.look("mailman-report");
  await page.goto("/unassigned");
  await says("Every list that is known is assigned."); // nothing is in billing before a sync
});

test("3 Sync Selected Servers brings sites, lists, administrators and member counts", async () => {
  await asked("Sync", "mailman", "dead");
  await outcome("mailman").getByText("6 lists on 2 sites; 6 new").waitFor();
  await outcome("mailman").getByText("1 administrator, 3 members").waitFor();
  await outcome("dead").getByText("Failed", { exact: true }).waitFor();
  await house.look("mailman-synced");
  await page.goto("/unassigned");
  await says("6 lists");
  await page.getByRole("row", { name: /news@acme.test/ }).getByText("3", { exact: true }).waitFor();
});

test("3, 8 its lists are given to a customer", async () => {
  house.import(`
currency: USD
plans: [{id: std, name: Standard, monthly_price: "25"}]
customers:
  - company: Acme Newsletters
    email: billing@acme.test
    groups: [{name: Main, plans: [{plan: std}]}]
`);
  await page.goto("/unassigned");
  await page.getByLabel("Select news@acme.test").check();
  await page.getByLabel("Select talk@acme.test").check();
  await press("Assign to a customer");
  await press("Assign to Acme Newsletters, Main");
  await press("Save");
  await says("2 lists are assigned.");
});

test("13, 3 a list that was deleted shows up at validation, and Fix Selected Objects marks it gone", async () => {
  await deleted("talk@acme.test");
  await asked("Validate", "mailman");
  await outcome("mailman").getByText("1 missing").waitFor();
  await follow("mailman");
  await says("Lists that are not on the server any more");
  await page.getByRole("checkbox", { name: /talk/ }).check();
  await house.look("mailman-missing");
  await press("Fix Selected Objects");
  await page.getByRole("heading", { name: "Fix Selected Objects: 1 list" }).waitFor();
  await house.look("mailman-fix");
  await press("Mark 1 list gone");
  await done();
  await outcome("mailman").getByText("1 list is marked gone").waitFor();
  await house.look("mailman-fixed");
});

test("9 whoever has the list is warned", async () => {
  await menu("Customers", "Validate");
  await fill({ "Start of the period": day(0, 1), "End of the period": day(-1, 0) }); // it is gone since today
  await press("Validate All Customers");
  await done();
  await follow("See what was found");
  await page.getByRole("row", { name: /Acme Newsletters/ }).filter({ hasText: "List gone from its server" }).getByText("Warning").waitFor();
  await page.getByRole("link", { name: "Edit Acme Newsletters" }).first().click();
  await page.getByRole("row", { name: /talk/ }).waitFor();
});

test("13 a list that was renamed is suggested, and keeps its contract through Move/Rename", async () => {
  await deleted("news@acme.test");
  await listed("newsletter@acme.test");
  await joins("newsletter@acme.test", "owner", "owner@acme.test");
  for (const name of ["ann", "bob", "carl"]) await joins("newsletter@acme.test", "member", `${name}@acme.test`);
  await asked("Sync", "mailman");
  await outcome("mailman").getByText("1 new").waitFor();
  await outcome("mailman").getByText("1 missing").waitFor();
  await follow("mailman");
  await says("Lists that may have been renamed");
  await house.look("mailman-renamed");
  await page.getByRole("region", { name: "Lists that may have been renamed" }).getByRole("link", { name: /^Move\/Rename/ }).click();
  assert.equal(await field("List").inputValue(), "news@acme.test");
  assert.equal(await field("New place").inputValue(), "newsletter@acme.test");
  await house.look("mailman-move");
  await press("Move/Rename");
  await says(/newsletter@acme.test since/);
  assert.equal(await page.getByText("Lists that may have been renamed").count(), 0, "it is not suggested any more");
  await menu("Customers");
  await page.getByRole("row", { name: /Acme Newsletters/ }).getByRole("link", { name: "Groups" }).click();
  await follow("Main");
  await page.getByRole("row", { name: /newsletter/ }).waitFor();
  await house.look("mailman-group");
});

test("3 a server that lost more than a fifth of its lists is not believed without a confirmation", async () => {
  for (const list of ["all@elm.test", "board@elm.test"]) await deleted(list);
  await asked("Sync", "mailman");
  await outcome("mailman").getByText("Unconfirmed").waitFor();
  await says("Nothing was changed.");
  await follow("mailman");
  await says(/which is not believed; nothing was changed/);
  await house.look("mailman-doubted");
  await press("I have looked: sync it anyway");
  await done();
  await outcome("mailman").getByText("2 missing").waitFor();
});

test("3 an empty catalogue is not believed either", async () => {
  for (const list of ["newsletter@acme.test", "jobs@elm.test", "press@elm.test"]) await deleted(list);
  await asked("Sync", "mailman");
  await outcome("mailman").getByText("Unconfirmed").waitFor();
  await menu("Servers");
  await page.getByRole("row", { name: /mailman/ }).getByText("Unconfirmed").waitFor();
  await house.look("mailman-servers");
});

test("3 a log that lies on the billing machine is read in place", async () => {
  const line = `${new Date().toISOString().slice(0, 19)}+0000 PM1 list_id=newsletter.acme.test recips=3 refused=0 size=2000 secs=0.1 sender=ann@acme.test msgid=<1@acme.test>\n`;
  await follow("mailman");
  await follow("Edit");
  await fill({ "Log 1": house.file("smtp.log", line) });
  await field("Format of log 1").selectOption("mailman3");
  await press("Save");
  await says("mailman is saved.");
  const counted = page.getByRole("definition").filter({ hasText: /^1 records? of usage$/ });
  while (!(await counted.count())) await page.reload(); // it is looked at every few seconds
  await house.look("mailman-log");
});

test("17 the server's history", async () => {
  await follow("History");
  await house.look("mailman-history");
  await says("Synced");
});
