// The camera and the decoder: the browser's own where it reads QR codes, ours otherwise.
import { prepareZXingModule, BarcodeDetector as Zxing } from "barcode-detector/ponyfill";
import wasm from "zxing-wasm/reader/zxing_reader.wasm";

const FORMATS = ["qr_code", "data_matrix", "code_128"];
const REASONS = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "busy",
  AbortError: "busy",
};
let detector;

export class CameraError extends Error {
  constructor(reason, detail = "") {
    super(detail);
    this.reason = reason;
  }
}

async function build() {
  const native = window.BarcodeDetector;
  const known = native ? await native.getSupportedFormats().catch(() => []) : [];
  if (known.includes("qr_code"))
    return new native({ formats: FORMATS.filter((name) => known.includes(name)) });
  const locateFile = (path, folder) => (path.endsWith(".wasm") ? wasm : folder + path);
  await prepareZXingModule({ overrides: { locateFile }, fireImmediately: true });
  return new Zxing({ formats: FORMATS });
}

/** The first code in a picture or a video frame, or null. */
export async function decode(source) {
  try {
    detector ??= build();
    await detector;
  } catch (error) {
    detector = undefined;
    throw new CameraError("decoder", error.message);
  }
  const [found] = await (await detector).detect(source).catch(() => []);
  return found?.rawValue.trim() || null;
}

/** Opens the rear camera into a video element; a CameraError says in `reason` why it could not. */
export async function openCamera(video) {
  if (!window.isSecureContext) throw new CameraError("insecure");
  if (!navigator.mediaDevices?.getUserMedia) throw new CameraError("unsupported");
  try {
    const wanted = { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } };
    const stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
    video.srcObject = stream;
    await video.play();
    return stream;
  } catch (error) {
    throw new CameraError(REASONS[error.name] ?? "other", error.name);
  }
}

export function hasTorch(stream) {
  return Boolean(stream.getVideoTracks()[0]?.getCapabilities?.().torch);
}

export function setTorch(stream, on) {
  return stream.getVideoTracks()[0].applyConstraints({ advanced: [{ torch: on }] });
}
