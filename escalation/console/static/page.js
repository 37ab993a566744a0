// A page with the queue, or none of its own to refresh: stay on duty, hear of whoever begins to wait.
import { start } from "./live.js";

start();
