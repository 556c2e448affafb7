// Adding, validating and syncing servers as an operator does, topic 3 of the manual.
import { test } from "node:test";
import { open, first } from "../house.mjs";

test("servers", async () => {
  const house = await open();
  const { page } = house;
  try {
    await first(house);
    await page.goto("/servers");
    await house.look("servers-empty");
    await page.getByRole("link", { name: "Create New Server" }).first().click();
    await page.getByLabel("Name", { exact: false }).first().fill("lists-berlin-1 📮");
    await page.getByLabel("Host Name").fill("lists1.example.org");
    await page.getByLabel("URL").fill("http://127.0.0.1:9/3.1");
    await page.getByLabel("User").fill("restadmin");
    await page.getByLabel("Password").fill("not to be seen");
    await page.getByLabel("Comments").fill("In the cellar");
    await house.look("server-form");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("is created. Validate it next").waitFor();
    await page.getByRole("link", { name: "Servers" }).first().click();
    await page.getByRole("checkbox", { name: /^Select lists-berlin/ }).check();
    await house.look("servers");
    await page.getByRole("button", { name: "Validate Selected Servers" }).click();
    await page.getByRole("heading", { name: "Validate servers" }).waitFor();
    await page.getByText("Failed").first().waitFor(); // its port is closed, and the job is done all the same
    await page.getByRole("cell", { name: "finding" }).waitFor();
    await house.look("job");
    await page.getByRole("link", { name: "lists-berlin-1" }).click();
    await page.getByRole("heading", { name: "Validation" }).waitFor();
    await house.look("server");
    await page.getByRole("link", { name: "Move/Rename a list" }).click();
    await house.look("server-move");
    await page.goto("/jobs");
    await house.look("jobs");
  } finally {
    await house.close();
  }
});
