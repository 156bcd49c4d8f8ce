package org.genimage.app.leaderboard;

/**
 * Deals the pieces of the work one after the other, as cards are dealt. All machines ask for the
 * same pieces in the same order, so each piece is measured by one of them.
 */
final class Deal {

  private final int own;
  private final int count;
  private long dealt;

  /**
   * Begins to deal.
   *
   * @param own the number of this process's part, from 0
   * @param count how many parts there are
   */
  Deal(int own, int count) {
    this.own = own;
    this.count = count;
  }

  /** Returns whether the next piece belongs to this process. */
  boolean isMine() {
    return dealt++ % count == own;
  }
}
