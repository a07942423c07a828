package shop;

import java.nio.charset.StandardCharsets;
import java.util.zip.Deflater;

/**
 * Compresses old invoices. Deflater is Java on the outside and zlib within: its native method goes through a wrapper that the VM made, into
 * libzip.so, into libz.so. Where a C library keeps no frame pointers, `[native gap]` says that frames are missing there; the Java frames
 * below are whole again.
 */
final class Archive {
  private final byte[] invoices = "invoice: one red scarf, two woollen hats, thank you. ".repeat(40).getBytes(StandardCharsets.UTF_8);
  private final byte[] compressed = new byte[invoices.length];
  private final Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION);

  /** Bytes that are left. */
  long compressInNativeMethod() {
    deflater.reset();
    deflater.setInput(invoices);
    deflater.finish();
    return deflater.deflate(compressed);
  }
}
