// Pages that scan. The decoder's wasm is fetched only when the browser cannot read codes itself.
import "./qr-scanner.js";
import "./scan-lines.js";
