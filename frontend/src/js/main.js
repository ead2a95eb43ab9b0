// Everything works without these; each makes one thing kinder.
import { count } from "./count.js";
import { exit } from "./exit.js";
import { going } from "./going.js";
import { line } from "./line.js";
import { menu } from "./menu.js";
import { once } from "./once.js";
import { open } from "./open.js";
import { passkey } from "./passkey.js";
import { reveal } from "./reveal.js";
import { summary } from "./summary.js";

for (const enhance of [exit, summary, line, once, menu, count, reveal, open, passkey, going]) {
  enhance(document);
}
