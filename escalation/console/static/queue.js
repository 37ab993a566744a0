import { start } from "./live.js";

start();
