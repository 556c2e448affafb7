// The utilities and the reports as an operator uses them, topics 15 and 16 of the manual: people are found on a real Mailman, beside a
// server that is dead and one that has no API, and taken off lists; what nobody was billed for is reported and mended.
import { test, after } from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { open, first, hands } from "../house.mjs";

const { MAILMAN_URL: url, MAILMAN_USER: user, MAILMAN_PASSWORD: secret } = process.env;

// mailman asks the Mailman as its owner does.
async function mailman(method, path, form) {
  assert.ok(url, "there is no Mailman: run this with go test -tags browser ./browser -run 'TestPages/.*/utilities'");
  const answer = await fetch(url + path, {
    method, body: form && new URLSearchParams(form),
    headers: { Authorization: "Basic " + Buffer.from(`${user}:${secret}`).toString("base64") },
  });
  const text = await answer.text();
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
  return text && JSON.parse(text);
}

// lists are the lists that an address is on.
async function lists(address) {
  const { entries = [] } = await mailman("GET", "/members/find?subscriber=" + encodeURIComponent(address));
  return entries.map((m) => m.list_id).sort();
}

const today = new Date();
const day = (months, date) => new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - months, date)).toISOString().slice(0, 10);

const provider = () => `
currency: USD
time_zone: UTC
company: {name: Lists Inc}
settings: {billing_admin_name: Billing, billing_admin_email: billing@lists.test}
plans: [{id: std, name: Standard, monthly_price: "25"}]
servers:
  - {name: mailman, host: mm.test, kind: mailman3, url: "${url}", user: "${user}", password: "${secret}"}
  - {name: dead, host: dead.test, kind: mailman3, url: "http://127.0.0.1:9/3.1", user: restadmin, password: x}
  - {name: by hand, host: s1.test, kind: manual}
lists:
  - {server: by hand, site: orphans.test, list: olga}
  - {server: by hand, site: acme.test, list: news}
customers:
  - {company: Acme Ltd, email: billing@acme.test, start: "${day(2, 1)}", groups: [{name: Main, plans: [{plan: std}], objects: [{server: by hand, site: acme.test}, {server: mailman, site: people.test}]}]}
  - {company: "An association that has ended long ago and has a name of many words", email: x@gone.test, start: "${day(3, 1)}", end: "${day(2, 5)}", groups: [{name: Main, plans: [{plan: std}], objects: [{server: by hand, site: gone.test}]}]}
`;

const house = await open();
const { page } = house;
after(async () => { await house.close(); });
const { menu, follow, press, says, done, fill } = hands(page);

test("nothing is there yet", async () => {
  await first(house);
  await menu("Reports");
  await house.look("reports");
  await follow("Unbilled usage");
  await says("No report was made yet.");
  await house.look("unbilled-none");
  await menu("Utilities");
  await house.look("utilities");
  await follow("Find Administrator");
  await fill({ Addresses: "ann@people.test" });
  await press("Find");
  await says("Nobody was found.");
  await says("There are no servers yet.");
  await house.look("find-administrator-nobody");
  await menu("Utilities");
  await follow("Find Member");
  await press("Find");
  await page.getByRole("alert").getByText("Addresses").waitFor();
  await house.look("find-member-wrong");
});

test("an administrator is found", async () => {
  await mailman("POST", "/domains", { mail_host: "people.test" });
  for (const list of ["news", "dev"]) {
    await mailman("POST", "/lists", { fqdn_listname: `${list}@people.test` });
    const join = (role, subscriber, name) => mailman("POST", "/members", {
      list_id: `${list}.people.test`, role, subscriber, display_name: name,
      ...(role === "member" && { pre_verified: "true", pre_confirmed: "true", pre_approved: "true", send_welcome_message: "false" }),
    });
    await join("member", "eve@x.test", "Eve Adams");
    await join("owner", "ann@people.test", "Ann");
  }
  house.import(provider());
  house.run("server", "sync", "mailman");
  await menu("Utilities");
  await follow("Find Administrator");
  await fill({ Addresses: "ANN@*|bob@y.test" });
  await press("Find");
  await says("1 administrator on 2 lists");
  await says("Not found: bob@y.test.");
  const row = page.getByRole("row", { name: /ann@people\.test.*news@people\.test/ });
  await row.getByRole("link", { name: "Acme Ltd" }).waitFor();
  await says("it was never synced");
  await house.look("find-administrator-found");
});

test("a member is found on all servers, and taken off a list that was named", async () => {
  await menu("Utilities");
  await follow("Find Member");
  await fill({ Addresses: "eve@x.test | nobody@y.test" });
  await press("Find");
  await done();
  await says("2 memberships");
  assert.doesNotMatch(page.url(), /eve/, "an address stands in the URL");
  const servers = page.getByRole("region", { name: "Results by server" });
  await servers.getByRole("row", { name: /dead.*Failed.*Not answered/ }).waitFor();
  await servers.getByRole("row", { name: /by hand.*Not asked.*Not searched/ }).waitFor();
  await house.look("find-member-found");
  await page.getByRole("checkbox", { name: "Select eve@x.test of news@people.test" }).check();
  await says("1 membership is selected");
  await press("Delete selected members");
  await page.getByRole("heading", { name: "Delete 1 member from 1 list" }).waitFor();
  await page.getByRole("heading", { name: /^news@people\.test/ }).waitFor();
  assert.equal(await page.getByText("dev@people.test").count(), 0, "a list is named that was not ticked");
  await house.look("delete-members");
  assert.deepEqual(await lists("eve@x.test"), ["dev.people.test", "news.people.test"], "before it is confirmed");
  await press("Delete 1 member from 1 list");
  await done();
  await says("1 member was deleted");
  await house.look("members-deleted");
  assert.deepEqual(await lists("eve@x.test"), ["dev.people.test"]);
  await follow("mailman");
  await follow("History");
  await says("Members deleted");
  await says("Deletion of members asked for");
  await house.look("server-history-deleted");
});

test("what is billed to nobody is reported, downloaded and mended", async () => {
  const sent = ["orphans.test/olga", "gone.test/late", "never.test/heard"].flatMap((place, i) => [3, 9, 20].map((date) => {
    const [site, list] = place.split("/");
    return JSON.stringify({ id: `${place}${date}`, server: "by hand", site, list, at: `${day(1, date)}T12:00:00Z`, bytes: 1000, recipients: 10 * (i + 1) * date });
  }));
  house.import(`lists: [{server: by hand, site: gone.test, list: late}]`);
  house.run("ingest", "--format", "jsonl", house.file("usage.jsonl", sent.join("\n") + "\n"));
  await menu("Reports");
  await follow("Unbilled usage");
  await press("Make the report");
  await done();
  await follow("See the report");
  await says("3 lists");
  await page.getByRole("img", { name: /: 1,200$/ }).waitFor(); // of the 20th
  await house.look("unbilled");
  await page.getByLabel("Why").selectOption({ label: "Customer had ended" });
  await says("1 list");
  await page.getByRole("link", { name: "late@gone.test" }).click();
  await says("How many copies were sent on which days?");
  await house.look("unbilled-list");
  await page.goBack();
  await page.getByRole("navigation", { name: "Parts of the report" }).getByRole("link", { name: "Days that no bill covers" }).click();
  await says("An association that has ended long ago");
  await house.look("unbilled-days");
  await page.getByRole("navigation", { name: "Parts of the report" }).getByRole("link", { name: "Corrections that wait" }).click();
  await says("No correction of an earlier bill waits");
  await house.look("unbilled-corrections");
  const [file] = await Promise.all([page.waitForEvent("download"), follow("Download as CSV, usage by day")]);
  assert.match(file.suggestedFilename(), /^unbilled-.*-by-day\.csv$/);
  assert.match(readFileSync(await file.path(), "utf8"), new RegExp(`usage,never_assigned,,by hand/orphans.test/olga,${day(1, 20)},${day(1, 20)},1,1,200,`));

  await menu("Reports");
  await follow("Unbilled usage");
  await page.getByRole("row", { name: /olga@orphans/ }).getByRole("link", { name: "Assign" }).click();
  await page.getByRole("checkbox", { name: "Select olga@orphans.test" }).check();
  await press("Assign to a customer");
  await fill({ Customer: "acme" });
  await press("Find");
  await house.look("assign-to");
  await page.getByRole("button", { name: /^Assign to Acme Ltd/ }).click();
  await press("Save");
  await says("1 list is assigned.");
  await menu("Reports");
  await follow("Unbilled usage");
  await press("Make the report");
  await done();
  await follow("See the report");
  await says("2 lists");
  assert.equal(await page.getByText("olga@orphans.test").count(), 0, "it is billed now");
});
