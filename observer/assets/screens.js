// The screens by the first element of the address, and those that the
// navigation lists, each with its key after g.
import { names } from "./screen_names.js";
import { process } from "./screen_process.js";
import { processes } from "./screen_processes.js";
import { tree } from "./screen_tree.js";

export const screens = { tree, processes, process, names };

export const sections = [
  ["tree", "Tree", "t"],
  ["processes", "Processes", "p"],
  ["names", "Names", "n"],
];
