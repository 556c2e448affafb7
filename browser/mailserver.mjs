// A mail server for browser tests, which misbehaves as the address says: it refuses those that begin with "refuse", and
// hangs up on a mail for one that begins with "hang", when it has the whole of it and before it says so.
import net from "node:net";

// mailServer starts one on a free port; mails are { to, text } in the order in which they came.
export function mailServer() {
  const mails = [];
  const server = net.createServer((socket) => talk(socket, mails));
  return new Promise((done) => server.listen(0, "127.0.0.1", () => done({ port: server.address().port, mails, close: () => server.close() })));
}

function talk(socket, mails) {
  let text = "", to = [], data = false;
  const say = (line) => socket.write(line + "\r\n");
  socket.on("error", () => {}); // who was hung up on may complain
  socket.setEncoding("utf8");
  say("220 mail.test");
  socket.on("data", (part) => {
    text += part;
    for (;;) {
      const ends = data ? text.indexOf("\r\n.\r\n") : text.indexOf("\r\n");
      if (ends < 0) return;
      const line = text.slice(0, ends);
      text = text.slice(ends + (data ? 5 : 2));
      if (data) {
        data = false;
        mails.push({ to, text: line });
        if (to.some((address) => address.startsWith("hang"))) { socket.destroy(); return; }
        say("250 taken");
      } else if (/^(HELO|EHLO|NOOP)/i.test(line)) say("250 mail.test");
      else if (/^MAIL/i.test(line)) { to = []; say("250 go on"); }
      else if (/^RCPT/i.test(line)) {
        const address = line.match(/<(.*)>/)[1];
        if (address.startsWith("refuse")) say("550 5.1.1 no such mailbox");
        else { to.push(address); say("250 go on"); }
      } else if (/^DATA/i.test(line)) { data = to.length > 0; say(data ? "354 go on" : "554 nobody"); }
      else if (/^RSET/i.test(line)) { to = []; say("250 forgotten"); }
      else if (/^QUIT/i.test(line)) { say("221 bye"); socket.end(); }
      else say("500 what?");
    }
  });
}
