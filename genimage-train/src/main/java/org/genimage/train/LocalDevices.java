package org.genimage.train;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.genimage.data.internal.NativeRuntime;
import org.tensorflow.internal.c_api.TF_DeviceList;
import org.tensorflow.internal.c_api.TF_Graph;
import org.tensorflow.internal.c_api.TF_Session;
import org.tensorflow.internal.c_api.TF_SessionOptions;
import org.tensorflow.internal.c_api.TF_Status;
import org.tensorflow.internal.c_api.global.tensorflow;
import org.tensorflow.proto.ConfigProto;

/** The devices of this process, by names such as {@code GPU:0}. */
final class LocalDevices {

  static final String ALL_GPUS = "GPU:*";

  private LocalDevices() {}

  /** Checks names and returns them. */
  static List<String> names(List<String> names) {
    checkArgument(!names.isEmpty(), "training needs at least one device, got none");
    for (String name : names) {
      checkArgument(
          name.matches("(CPU|GPU):\\d+") || names.equals(List.of(ALL_GPUS)),
          "a device is CPU:n or GPU:n, or %s alone, got %s",
          ALL_GPUS,
          name);
    }
    checkArgument(
        names.stream().distinct().count() == names.size(),
        "each device can be named once, got %s",
        names);
    checkArgument(
        names.stream().map(LocalDevices::kind).distinct().count() == 1,
        "devices must be of one kind, got %s",
        names);
    return List.copyOf(names);
  }

  private static String kind(String name) {
    return name.substring(0, name.indexOf(':'));
  }

  static boolean isGpu(String name) {
    return kind(name).equals("GPU");
  }

  /** Returns the number of CPU devices that a session needs for these names. */
  static int cpus(List<String> names) {
    return names.stream()
        .filter(name -> !isGpu(name))
        .mapToInt(name -> 1 + Integer.parseInt(name.substring(name.indexOf(':') + 1)))
        .max()
        .orElse(1);
  }

  /**
   * Returns the devices of these names, with {@link #ALL_GPUS} resolved.
   *
   * @throws IllegalStateException if TensorFlow does not see one
   */
  static List<String> resolve(List<String> names, ConfigProto config) {
    if (names.isEmpty()) {
      return names;
    }
    List<String> visible = visible(config);
    List<String> meant =
        names.equals(List.of(ALL_GPUS))
            ? visible.stream().filter(LocalDevices::isGpu).toList()
            : names;
    checkState(
        !meant.isEmpty() && visible.containsAll(meant),
        "expected the devices %s, TensorFlow sees %s",
        names,
        visible);
    return meant;
  }

  private static List<String> visible(ConfigProto config) {
    NativeRuntime.prepare();
    try (TF_Status status = TF_Status.newStatus();
        TF_SessionOptions options = TF_SessionOptions.newSessionOptions();
        TF_Graph graph = TF_Graph.newGraph();
        BytePointer bytes = new BytePointer(config.toByteArray())) {
      tensorflow.TF_SetConfig(options, bytes, bytes.capacity(), status);
      status.throwExceptionIfNotOK();
      try (TF_Session session = TF_Session.newSession(graph, options, status)) {
        status.throwExceptionIfNotOK();
        TF_DeviceList list = tensorflow.TF_SessionListDevices(session, status);
        status.throwExceptionIfNotOK();
        List<String> names = new ArrayList<>();
        for (int i = 0; i < tensorflow.TF_DeviceListCount(list); i++) {
          String name = tensorflow.TF_DeviceListName(list, i, status).getString();
          names.add(name.substring(name.lastIndexOf("device:") + "device:".length()));
        }
        tensorflow.TF_DeleteDeviceList(list);
        return names;
      }
    }
  }
}
