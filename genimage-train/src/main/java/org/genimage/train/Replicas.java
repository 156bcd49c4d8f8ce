package org.genimage.train;

import com.google.common.base.Splitter;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.genimage.models.nn.Peers;
import org.tensorflow.DeviceSpec;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.internal.c_api.TF_Graph;
import org.tensorflow.internal.c_api.global.tensorflow;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * The devices of this process among those of all processes that compute a step together. Each
 * computes a part of the batch with the same weights. TensorFlow's collective operations combine
 * the results, on GPUs by NCCL where TensorFlow has it.
 */
final class Replicas {

  /** The keys by which TensorFlow matches the members of a group, and operations. */
  private static final int ALL_DEVICES = 1;

  private static final int FIRST_DEVICES = 2;
  private static final int PROCESSES = 3;
  private static final int ROWS = 500_000_000;
  private static final int ROWS_GRADIENT = 500_000_000; // added to ROWS

  private final List<String> named;
  private final List<String> devices;
  private final ProcessGroup group;
  private final boolean synchronised;
  private final int keys;
  private int means;

  private Replicas(List<String> named, ProcessGroup group, boolean synchronised) {
    String process = group.devicePrefix();
    this.named = named.stream().map(name -> process + "/device:" + name).toList();
    this.devices = named.isEmpty() ? List.of(process + "/device:CPU:0") : this.named;
    this.group = group;
    this.synchronised = synchronised;
    this.keys = group.newKeys();
    this.means = keys;
  }

  /**
   * Returns the replicas of an execution.
   *
   * @param named the devices to use; if empty, TensorFlow chooses one
   */
  static Replicas of(Execution execution, List<String> named) {
    return new Replicas(named, execution.group(), execution.synchronised());
  }

  /** Returns one replica, on the device that TensorFlow chooses. */
  static Replicas single() {
    return of(Execution.PLAIN, List.of());
  }

  /** Returns the number of parts that a batch of this process has. */
  int count() {
    return devices.size();
  }

  /**
   * Places all operations without a device on one of this process's devices. TensorFlow does not
   * place the operations of a gradient on the device of its loss, so call this after adding them.
   */
  void place(Graph graph, int device) {
    if (named.isEmpty()) {
      return;
    }
    TF_Graph handle = ClusterServer.handle(graph);
    for (Iterator<GraphOperation> all = graph.operations(); all.hasNext(); ) {
      GraphOperation operation = all.next();
      if (operation.device() == null || operation.device().isEmpty()) {
        tensorflow.TF_SetRequestedDevice(
            handle, operation.getUnsafeNativeHandle(), named.get(device));
      }
    }
  }

  /**
   * Returns the mean over all devices of all processes, on this process's first device. All
   * processes must call this in the same order.
   *
   * @param own an operand of each device of this process
   */
  Operand<TFloat32> mean(Ops tf, List<Operand<TFloat32>> own) {
    int members = group.size() * count();
    if (members == 1) {
      return own.get(0);
    }
    means++;
    List<Operand<TFloat32>> means =
        IntStream.range(0, count())
            .mapToObj(i -> reduce(tf, own.get(i), members, ALL_DEVICES, this.means, "Div", i))
            .toList();
    // Every member must run, also those whose result is not used.
    List<Op> others = List.copyOf(means.subList(1, means.size()));
    return others.isEmpty()
        ? means.get(0)
        : tf.withControlDependencies(others).identity(means.get(0));
  }

  /** Returns the mean over the processes' first devices; all must call this in the same order. */
  Operand<TFloat32> meanOfProcesses(Ops tf, Operand<TFloat32> own) {
    if (group.size() == 1) {
      return own;
    }
    means++;
    return reduce(tf, own, group.size(), FIRST_DEVICES, means, "Div", 0);
  }

  /**
   * Returns the mean over the processes outside of training; all must call this in the same order.
   */
  Operand<TFloat32> meanOfCounts(Ops tf, Operand<TFloat32> own) {
    means++;
    return reduce(tf, own, group.size(), PROCESSES, means, "Div", 0);
  }

  /** Returns the exchange of a device's batch norm statistics, if they are synchronised. */
  Optional<Peers> peers(int device) {
    int members = group.size() * count();
    if (!synchronised || members == 1) {
      return Optional.empty();
    }
    int before = group.rank() * count() + device;
    int[] asked = {ROWS + keys};
    return Optional.of(
        (tf, gradients, row) -> {
          Operand<TInt32> places =
              tf.reshape(tf.array(before, members - 1 - before, 0, 0), tf.array(2, 2));
          Operand<TFloat32> own = tf.pad(row, places, tf.constant(0f));
          int key = asked[0]++;
          Operand<TFloat32> all = reduce(tf, own, members, ALL_DEVICES, key, "Id", device);
          // A sum's gradient for each of its terms is the sum of all members' upstream gradients.
          return gradients.register(
              tf,
              all,
              List.of(own),
              part ->
                  List.of(
                      reduce(tf, part, members, ALL_DEVICES, key + ROWS_GRADIENT, "Id", device)));
        });
  }

  private Operand<TFloat32> reduce(
      Ops tf, Operand<TFloat32> x, int members, int set, int key, String last, int device) {
    String place = devices.get(device);
    // The scope's device would win over the builder's.
    Ops there = tf.withDevice(spec(place));
    String name = "all_reduce_%s_%s_%s".formatted(set, key, device);
    return ((Graph) tf.scope().env())
        .opBuilder("CollectiveReduceV2", name, there.scope())
        .addInput(x.asOutput())
        .addInput(tf.constant(members).asOutput())
        .addInput(tf.constant(set).asOutput())
        .addInput(tf.constant(key).asOutput())
        .setDevice(place)
        .addInputList(new Output<?>[0]) // no tokens that order it
        .setAttr("merge_op", "Add")
        .setAttr("final_op", last)
        .setAttr("communication_hint", place.contains("GPU") ? "nccl" : "auto")
        .setAttr("timeout_seconds", group.timeoutSeconds())
        .build()
        .output(0);
  }

  private static DeviceSpec spec(String device) {
    DeviceSpec.Builder spec = DeviceSpec.newBuilder();
    for (String part : Splitter.on('/').omitEmptyStrings().split(device)) {
      List<String> words = Splitter.on(':').splitToList(part);
      switch (words.get(0)) {
        case "job" -> spec.job(words.get(1));
        case "task" -> spec.task(Integer.valueOf(words.get(1)));
        case "device" ->
            spec.deviceType(DeviceSpec.DeviceType.valueOf(words.get(1)))
                .deviceIndex(Integer.valueOf(words.get(2)));
        default -> {} // the replica, of which there is one
      }
    }
    return spec.build();
  }
}
