import bootstrap from "casperjs/bin/bootstrap.js";
import casper from "casperjs/modules/casper.js";
import cli from "casperjs/modules/cli.js";
import clientutils from "casperjs/modules/clientutils.js";
import colorizer from "casperjs/modules/colorizer.js";
import events from "casperjs/modules/events.js";
import http from "casperjs/modules/http.js";
import mouse from "casperjs/modules/mouse.js";
import pagestack from "casperjs/modules/pagestack.js";
import querystring from "casperjs/modules/querystring.js";
import tester from "casperjs/modules/tester.js";
import utils from "casperjs/modules/utils.js";
import xunit from "casperjs/modules/xunit.js";
import manifest from "casperjs/package.json";

/** Where scripts find CasperJS. */
export const CASPER_PATH = "/casperjs";

/** The package as it is published, by the paths that it looks for itself at. */
export const CASPER_FILES: Record<string, string> = {
  "package.json": manifest as unknown as string,
  "bin/bootstrap.js": bootstrap,
  "modules/casper.js": casper,
  "modules/cli.js": cli,
  "modules/clientutils.js": clientutils,
  "modules/colorizer.js": colorizer,
  "modules/events.js": events,
  "modules/http.js": http,
  "modules/mouse.js": mouse,
  "modules/pagestack.js": pagestack,
  "modules/querystring.js": querystring,
  "modules/tester.js": tester,
  "modules/utils.js": utils,
  "modules/xunit.js": xunit,
};
