// Billing initial setup as an administrator does it, topic 2 of the manual, and Change Admins, topic 16.
import { test } from "node:test";
import { open, first, password } from "../house.mjs";

test("settings", async () => {
  const house = await open({ smtp: true });
  const { page } = house;
  try {
    await first(house);
    await page.getByRole("link", { name: "Settings" }).first().click();
    await page.getByLabel("Company name", { exact: true }).fill("Lists & Co 📮 قوائم");
    await page.getByLabel("Billing Admin Name").fill("Billing");
    await page.getByLabel("Billing Admin Email").fill("billing@example.org");
    await page.getByLabel("Customer Type Options").fill("Hosting\nClub");
    await page.getByLabel("SMTP server").fill("127.0.0.1");
    await page.getByLabel("Port", { exact: true }).fill("9");
    await page.getByLabel("Currency").fill("EUX");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("1 field needs correcting. Nothing was saved.").waitFor();
    await house.look("settings-fault");
    await page.getByLabel("Currency").fill("EUR");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("The settings are saved.").waitFor();
    await page.getByLabel("Test mail to").fill("test@example.org");
    await house.look("settings");
    await page.getByRole("button", { name: "Send a test mail" }).click();
    await page.getByRole("heading", { name: "Send a test mail" }).waitFor();
    await page.getByText("Failed").waitFor();
    await house.look("settings-test-mail");
    await page.getByRole("link", { name: "Change Admins" }).click();
    await page.getByRole("link", { name: "Create New Operator" }).click();
    await page.getByRole("textbox", { name: "Name" }).fill("Berta");
    await page.getByLabel("Password").first().fill(password);
    await page.getByLabel("Password again").fill(password);
    await house.look("admin-new");
    await page.getByRole("button", { name: "Create the operator" }).click();
    await page.getByText("Berta is created.").waitFor();
    await house.look("admins");
  } finally {
    await house.close();
  }
});
