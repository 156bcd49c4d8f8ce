package org.genimage.models.internal;

import static com.google.common.base.Preconditions.checkState;

import com.google.common.base.Ascii;
import java.util.Optional;
import java.util.Set;
import org.genimage.models.nn.CustomGradients;
import org.genimage.models.nn.Kernels;
import org.genimage.models.nn.Purpose;
import org.genimage.models.weights.Weights;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.ConfigProto;

/**
 * The one place that chooses the kernels of a graph, by what the graph is for and what this machine
 * has. Another backend is one more {@link Kernels} and its line here.
 */
public final class KernelChoice {

  /**
   * From this many numbers on, a network's products do not keep its weights a second time on any
   * processor: 1 GB in 32-bit floats.
   */
  private static final long LARGE = 1 << 28;

  /** From this many numbers on an export has variables: 256 MB. */
  private static final long LARGE_EXPORT = 1 << 26;

  /** TensorFlow's environment variable that gives each session its own threads. */
  private static final String OWN = "TF_OVERRIDE_GLOBAL_THREADPOOL";

  private static final Set<String> TRUE = Set.of("1", "true");

  private KernelChoice() {}

  /** Returns the fastest kernels for scores in 32-bit floats. */
  public static Kernels scoring(Ops tf) {
    return OneDnn.isAvailable() ? preferred(OneDnnKernels.float32(tf)) : portable(tf);
  }

  /** Returns the fastest kernels for scores in 32-bit floats with these weights. */
  public static Kernels scoring(Ops tf, Weights weights) {
    return OneDnn.isAvailable() && isLarge(weights)
        ? shared(OneDnnKernels.float32(tf))
        : scoring(tf);
  }

  /**
   * Returns the kernels with the form of matrix products that is fastest here. oneDNN has two:
   * weights as they are, which each call packs on its way, or in blocks, which are made once and
   * kept beside the weights. On Intel's processors with AMX the blocks were faster or equal. On
   * AMD's (Zen 5) they were 2.6 to 2.9 times slower in 32-bit floats: docs/performance.md.
   */
  static OneDnnKernels preferred(OneDnnKernels kernels) {
    return shared(OneDnn.isIntel() ? kernels.packed() : kernels);
  }

  private static OneDnnKernels shared(OneDnnKernels kernels) {
    return halves(
            Runtime.getRuntime().availableProcessors(), Optional.ofNullable(System.getenv(OWN)))
        ? kernels.halves()
        : kernels;
  }

  /**
   * Returns whether two processors share the layers of a transformer, not each op. That scored a
   * single image 1.1 to 1.5 times as fast: docs/performance.md. More processors were not measured.
   * Ops must then have one thread each, which a session decides only where TensorFlow was told
   * before its start that sessions do not share their threads.
   *
   * @param own the environment variable {@value #OWN}
   */
  static boolean halves(int processors, Optional<String> own) {
    return processors == 2 && own.map(Ascii::toLowerCase).filter(TRUE::contains).isPresent();
  }

  private static boolean isHalved(Kernels kernels) {
    return kernels instanceof OneDnnKernels own && own.isHalved();
  }

  /** Returns the settings of the session of a graph that was built with these kernels. */
  public static ConfigProto session(Kernels kernels) {
    return isHalved(kernels) ? SessionSettings.scoring(1) : SessionSettings.scoring();
  }

  /**
   * Returns into how many runs at a time a batch is best divided: where ops have one thread each,
   * each processor gets some of the images.
   */
  public static int runs(Kernels kernels) {
    return isHalved(kernels) ? 2 : 1;
  }

  private static boolean isLarge(Weights weights) {
    return weights.size() >= LARGE;
  }

  /** Returns whether this machine has kernels for scores in bfloat16. */
  public static boolean scoresBfloat16() {
    return OneDnn.hasBfloat16();
  }

  /**
   * Returns kernels for scores in bfloat16.
   *
   * @throws IllegalStateException if this machine has none
   */
  public static Kernels scoringBfloat16(Ops tf) {
    return preferred(bfloat16(tf));
  }

  /**
   * Returns kernels for scores in bfloat16 with these weights.
   *
   * @throws IllegalStateException if this machine has none
   */
  public static Kernels scoringBfloat16(Ops tf, Weights weights) {
    return isLarge(weights) ? shared(bfloat16(tf)) : scoringBfloat16(tf);
  }

  private static OneDnnKernels bfloat16(Ops tf) {
    checkState(scoresBfloat16(), "this machine has no kernels for scores in bfloat16");
    return OneDnnKernels.bfloat16(tf);
  }

  /**
   * Returns whether an exported graph has these weights as variables, in a file beside it. As
   * constants they are in the graph's file, which cannot exceed 2 GB and takes several times its
   * size to write; but TensorFlow's graph optimizer makes more of constants, so small ones are.
   */
  public static boolean exportsVariables(Weights weights) {
    return weights.size() >= LARGE_EXPORT;
  }

  /** Returns kernels for scores of ops that every TensorFlow has, such as for an export. */
  public static Kernels portable(Ops tf) {
    return Kernels.plain(tf, Purpose.SCORING);
  }

  /**
   * Returns kernels whose gradients TensorFlow alone finds, for 16-bit floats, XLA and graphs of
   * others.
   */
  public static Kernels differentiable(Ops tf) {
    return Kernels.plain(tf, Purpose.GRADIENTS);
  }

  /**
   * Returns the fastest kernels for training and gradients in 32-bit floats, without XLA. Ask
   * {@link CustomGradients#of} for the gradients, not TensorFlow.
   *
   * @param gradients where custom gradients are registered; one per graph
   */
  public static Kernels training(Ops tf, CustomGradients gradients) {
    return new TrainingKernels(Kernels.plain(tf, Purpose.GRADIENTS, gradients), Formulas.plain());
  }

  /** Returns whether this machine has kernels for training in bfloat16. */
  public static boolean trainsBfloat16() {
    return OneDnn.hasBfloat16();
  }

  /**
   * Returns the fastest kernels for training in bfloat16 on a CPU, without XLA and without
   * TensorFlow's own mixed precision. Ask {@link CustomGradients#of} for the gradients, not
   * TensorFlow.
   *
   * @param gradients where custom gradients are registered; one per graph
   * @throws IllegalStateException if this machine has none
   */
  public static Kernels bfloat16Training(Ops tf, CustomGradients gradients) {
    checkState(trainsBfloat16(), "this machine has no kernels for training in bfloat16");
    Formulas formulas = Formulas.compiled();
    return new Bfloat16TrainingKernels(
        new TrainingKernels(Kernels.plain(tf, Purpose.GRADIENTS, gradients), formulas), formulas);
  }
}
