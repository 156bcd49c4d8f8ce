package org.genimage.models.weights;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.Set;

/**
 * Python names that training scripts put beside weights: settings, numbers of NumPy, paths, dates.
 * A file may call them with arguments, and gets an object without content, so that the reader comes
 * to the tensors. Nothing is made, called or looked up.
 */
final class InertNames {

  private static final Splitter WORDS = Splitter.on(' ');

  private static final String PATHS =
      "Path PosixPath WindowsPath PurePath PurePosixPath PureWindowsPath";

  private static final String TYPES =
      "bool bytearray bytes complex dict float frozenset int list long object range set slice str"
          + " tuple type unicode xrange";

  /** The names of each module, separated by spaces. */
  private static final ImmutableMap<String, String> BY_MODULE =
      ImmutableMap.<String, String>builder()
          .put("argparse", "Namespace")
          .put("types", "SimpleNamespace")
          .put("collections", "ChainMap UserDict UserList UserString deque")
          .put("datetime", "date datetime time timedelta timezone")
          .put("decimal", "Decimal")
          .put("fractions", "Fraction")
          .put("uuid", "UUID")
          .put("functools", "partial")
          .put("operator", "attrgetter getitem itemgetter")
          .put("_operator", "attrgetter getitem itemgetter")
          .put("re", "_compile")
          .put("_codecs", "encode")
          .put("pathlib", PATHS)
          .put("pathlib._local", PATHS) // Python 3.13.
          // Python 2 and 3 differ in the module; PyTorch writes that of Python 2.
          .put("builtins", TYPES)
          .put("__builtin__", TYPES)
          .put("copyreg", "_reconstructor")
          .put("copy_reg", "_reconstructor")
          .put("numpy", "dtype ndarray")
          .put("numpy.core.multiarray", "_reconstruct scalar")
          .put("numpy._core.multiarray", "_reconstruct scalar") // NumPy 2.
          .put("numpy.core.numeric", "_frombuffer")
          .put("numpy._core.numeric", "_frombuffer")
          .put("numpy.ma.core", "_mareconstruct")
          .put("numpy.random", "__RandomState_ctor")
          .put("numpy.random.bit_generator", "__pyx_unpickle_SeedSequence")
          .put("numpy.random._pickle", "__bit_generator_ctor __generator_ctor __randomstate_ctor")
          .put("torch", "Generator Size device")
          .put("torch.serialization", "_get_layout")
          .put("torch.torch_version", "TorchVersion")
          .put("torch.amp.grad_scaler", "OptState")
          .put("torch.cuda.amp.grad_scaler", "OptState")
          .put("torchvision.transforms.functional", "InterpolationMode")
          .put("omegaconf.base", "SCMode")
          .put(
              "transformers.trainer_utils",
              "EvaluationStrategy FSDPOption HubStrategy IntervalStrategy SaveStrategy"
                  + " SchedulerType")
          .put("transformers.training_args", "OptimizerNames ParallelMode")
          .put("transformers.debug_utils", "DebugOption")
          .put("accelerate.utils.dataclasses", "DistributedType DynamoBackend PrecisionType")
          .buildOrThrow();

  /**
   * Modules by which a pickle runs code or programs, or opens files and connections. Naming what
   * they have refuses a file even where nothing calls it: no checkpoint needs it.
   */
  private static final Set<String> PROGRAMS =
      ImmutableSet.copyOf(
          WORDS.split(
              "__builtin__ _codecs _io _pickle _posixsubprocess _socket _thread asyncio bdb builtins"
                  + " cPickle cProfile codecs codeop ctypes ftplib imp importlib marshal"
                  + " multiprocessing nt os pdb pickle pip pkgutil popen2 posix pty pydoc runpy"
                  + " shutil smtplib socket subprocess sys timeit urllib urllib2 webbrowser"
                  + " zipimport"));

  private InertNames() {}

  /** Returns the names that may be called. */
  static ImmutableSet<String> all() {
    ImmutableSet.Builder<String> names = ImmutableSet.builder();
    BY_MODULE.forEach(
        (module, all) -> WORDS.split(all).forEach(name -> names.add(module + "." + name)));
    return names.build();
  }

  /** Returns whether a name that is none of {@link #all} is of a module that runs programs. */
  static boolean runsPrograms(String name) {
    return PROGRAMS.contains(name.substring(0, name.indexOf('.')));
  }
}
