// The one exception of this API. It knows no reasons of its own: whoever throws it says them.

package dev.stillframe;

/**
 * Something asked of Stillframe cannot be done: {@link #code()}, {@link #reason()} and {@link
 * #hint()} say what and what to do next.
 */
public final class StillframeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The coarse kind. */
  private final String code;

  /** What happened. */
  private final String reason;

  /** What to do next, or null. */
  private final String hint;

  /** The native library makes them by this constructor; {@code hint} may be null. */
  StillframeException(String code, String reason, String hint) {
    super(hint == null ? reason : reason + "; " + hint);
    this.code = code;
    this.reason = reason;
    this.hint = hint;
  }

  /**
   * What went wrong, coarsely: {@code condition}, {@code location}, {@code limit}, {@code
   * unsupported}, {@code not_started} and the like.
   *
   * @return a word that does not change between versions
   */
  public String code() {
    return code;
  }

  /**
   * What happened, without the hint that {@link #getMessage()} adds.
   *
   * @return a lower-case fragment
   */
  public String reason() {
    return reason;
  }

  /**
   * What to do next.
   *
   * @return a lower-case fragment, or null if nothing can be said
   */
  public String hint() {
    return hint;
  }
}
