package shop;

/**
 * Looks through parcels that were sent back; a refusal is an exception. To make one the VM walks the stack and writes it down: frames of libjvm on
 * top of the Java ones, with their C++ names.
 */
final class Returns {
  private static final int PARCELS = 20;

  long refuseByException() {
    long refused = 0;
    for (int parcel = 0; parcel < PARCELS; parcel++) {
      try {
        acceptOrThrow(parcel);
      } catch (IllegalArgumentException refusal) {
        refused += refusal.getMessage().length();
      }
    }
    return refused;
  }

  private static void acceptOrThrow(int parcel) {
    if (parcel % 5 != 0) throw new IllegalArgumentException("too late: " + parcel);
  }
}
