package org.genimage.data.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.tensorflow.TensorFlow;
import org.tensorflow.internal.c_api.TF_Library;
import org.tensorflow.internal.c_api.TF_Status;
import org.tensorflow.internal.c_api.global.tensorflow;

/** The libraries of NVIDIA that TensorFlow's GPU build opens by name. */
public final class CudaLibraries {

  /** The library that NVIDIA's driver installs. */
  public static final String DRIVER = "libcuda.so.1";

  /** TensorFlow 2.18 uses no GPU unless all of these open (DsoLoader::TryDlopenCUDALibraries). */
  public static final List<String> NEEDED =
      List.of(
          "libcudart.so.12",
          "libcublas.so.12",
          "libcublasLt.so.12",
          "libcufft.so.11",
          "libcusolver.so.11",
          "libcusparse.so.12",
          "libcudnn.so.9");

  /** The needed libraries, and NCCL, by which several GPUs exchange gradients. */
  private static final List<String> OPENED =
      Stream.concat(NEEDED.stream(), Stream.of("libnccl.so.2")).toList();

  /** Libraries that the needed ones load from their own folder. */
  private static final List<String> BESIDE =
      List.of(
          "libnvJitLink.so.12",
          "libnvrtc.so.12",
          "libnvrtc-builtins.so.12.6",
          "libcudnn_graph.so.9",
          "libcudnn_ops.so.9",
          "libcudnn_cnn.so.9",
          "libcudnn_adv.so.9",
          "libcudnn_heuristic.so.9",
          "libcudnn_engines_precompiled.so.9",
          "libcudnn_engines_runtime_compiled.so.9");

  private CudaLibraries() {}

  /**
   * Unpacks and loads the libraries that {@code org.bytedeco:cuda} has on the class path. A loaded
   * library is found by its name afterwards. TensorFlow Java asks JavaCPP to do this with the names
   * of CUDA 11, which is why it is done here.
   *
   * @throws IllegalStateException if one cannot be loaded
   */
  static void preload() {
    List<URL> beside = find(BESIDE);
    List<URL> opened = find(OPENED);
    opened.stream()
        .findFirst()
        .ifPresent(
            first ->
                NativeRuntime.announce(
                    "NVIDIA's CUDA",
                    first,
                    name ->
                        Stream.concat(BESIDE.stream(), OPENED.stream()).anyMatch(name::endsWith)));
    beside.forEach(CudaLibraries::unpack);
    // Libraries find each other by their folder, so all are there before the first is loaded.
    for (String file : opened.stream().map(CudaLibraries::unpack).toList()) {
      try {
        System.load(file);
      } catch (UnsatisfiedLinkError e) {
        throw new IllegalStateException(
            "%s: NVIDIA's library cannot be loaded: %s".formatted(file, e.getMessage()), e);
      }
    }
  }

  private static List<URL> find(List<String> names) {
    return names.stream()
        .map("org/bytedeco/cuda/%s/".formatted(Loader.getPlatform())::concat)
        .map(TensorFlow.class.getClassLoader()::getResource)
        .filter(Objects::nonNull)
        .toList();
  }

  private static String unpack(URL library) {
    try {
      return Loader.cacheResource(library).getPath();
    } catch (IOException e) {
      throw new UncheckedIOException(library + ": cannot be unpacked", e);
    }
  }

  /**
   * Opens a library as TensorFlow does.
   *
   * @return the system's message if it cannot be opened; empty if it can
   */
  public static Optional<String> problem(String name) {
    NativeRuntime.prepare();
    try (TF_Status status = TF_Status.newStatus()) {
      TF_Library library = tensorflow.TF_LoadLibrary(name, status);
      if (tensorflow.TF_GetCode(status) != tensorflow.TF_OK) {
        return Optional.of(tensorflow.TF_Message(status).getString());
      }
      tensorflow.TF_DeleteLibraryHandle(library); // the library stays open
      return Optional.empty();
    }
  }
}
