// The screens by the first element of the address, and those that the
// navigation lists, each with its key after g and its icon.
import { crashes } from "./screen_crashes.js";
import { logs } from "./screen_logs.js";
import { metrics } from "./screen_metrics.js";
import { names } from "./screen_names.js";
import { process } from "./screen_process.js";
import { processes } from "./screen_processes.js";
import { restarts } from "./screen_restarts.js";
import { runtime } from "./screen_runtime.js";
import { trace } from "./screen_trace.js";
import { tree } from "./screen_tree.js";

export const screens = { tree, processes, process, restarts, crashes, names, logs, trace, metrics, runtime };

export const sections = [
  ["tree", "Tree", "t", "supervisor"],
  ["processes", "Processes", "p", "process"],
  ["restarts", "Restarts", "r", "restart"],
  ["crashes", "Crashes", "c", "crash"],
  ["names", "Names", "n", "name"],
  ["logs", "Log", "l", "queued"],
  ["trace", "Trace", "x", "calling"],
  ["metrics", "Metrics", "m", "chart"],
  ["runtime", "Go runtime", "o", "gear"],
];
