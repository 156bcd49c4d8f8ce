package org.genimage.train;

import java.util.Map;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.proto.ConfigProto;

/**
 * The processes that train one detector together. Training calls it in the same way whether there
 * is one process or several; every process calls the methods in the same order.
 */
interface ProcessGroup {

  /** Returns the number of processes. */
  int size();

  /** Returns this process's rank, from 0 to below the size. */
  int rank();

  /** Returns whether this process saves checkpoints and reports progress. */
  default boolean first() {
    return rank() == 0;
  }

  /** Returns whether every batch must be complete, so that each process gets an equal part. */
  boolean wholeBatches();

  /**
   * Waits until all processes can be reached.
   *
   * @throws IllegalStateException if one cannot within the group's timeout
   */
  void gather();

  /**
   * Checks that all processes have the same settings.
   *
   * @param settings by name; the names are the same everywhere
   * @throws IllegalStateException if this process's differ from another one's
   */
  void agree(Map<String, String> settings);

  /**
   * Returns the sums of all processes' counts, the same everywhere.
   *
   * @param counts small enough for 32-bit floats to be exact
   */
  long[] sums(int... counts);

  /** Returns the exception to throw for a failed step: it names processes that were lost. */
  RuntimeException explained(RuntimeException failure);

  /** Opens a session on this process's devices. */
  Session open(Graph graph, ConfigProto config);

  /** Prepares the run of a graph that has collective operations. */
  void prepare(Session.Runner run);

  /** Returns what the names of this process's devices begin with. */
  String devicePrefix();

  /** Returns the first key for the collective operations of a new graph. */
  int newKeys();

  /** Returns the seconds that a collective operation waits for the others; 0 for no limit. */
  float timeoutSeconds();
}
