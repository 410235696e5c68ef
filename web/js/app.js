// Everything a desk page does beyond links and forms. Each part starts itself only where the page
// has something for it, and every page works without any of them.

import { startClocks } from "./clocks.js";
import { startDialogs } from "./dialogs.js";
import { startForms } from "./forms.js";
import { startKeys } from "./keys.js";
import { startLive } from "./live.js";
import { startSession } from "./session.js";
import { startThemes } from "./themes.js";

startClocks();
startForms();
startDialogs();
startKeys();
startThemes();
startSession();
startLive();
