package org.genimage.models.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.genimage.models.weights.PickleArchive.checkpoint;
import static org.genimage.models.weights.PickleArchive.id;
import static org.genimage.models.weights.PickleArchive.tensor;
import static org.genimage.models.weights.PickleArchive.text;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Pickles by hand, with every instruction that calls, makes or changes something: what is beside
 * the tensors becomes a name, and nothing of a file is made, called or looked up.
 */
class HostilePickleTest {

  /** A class, a function or a module's attribute that is not among the listed. */
  private static final String THING = "cproject.training\nThing\n";

  @TempDir private Path folder;

  private Weights read(String pickle) {
    return Weights.read(PickleArchive.write(folder.resolve("made.pth"), pickle));
  }

  private void assertRefused(String pickle, String message) {
    assertThatThrownBy(() -> read(pickle))
        .as(pickle)
        .isInstanceOf(WeightsException.class)
        .hasMessageStartingWith(
            folder.resolve("made.pth") + ": expected a PyTorch file of tensors, but ")
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        THING + ")R", // REDUCE
        THING + ")\u0081", // NEWOBJ
        THING + ")}\u0092", // NEWOBJ_EX
        "(iproject.training\nThing\n", // INST
        "(" + THING + "o", // OBJ
        "X\20\0\0\0project.trainingX\5\0\0\0Thing\u0093)\u0081", // STACK_GLOBAL
        THING + ")\u0081}X\1\0\0\0aK\1sb", // BUILD
        THING + ")\u0081}}X\1\0\0\0aK\1s\u0086b", // BUILD with slots
        THING + ")\u0081(X\1\0\0\0aK\1u", // SETITEMS
        THING + ")\u0081K\1K\2s", // SETITEM
        THING + ")\u0081K\1a", // APPEND
        THING + ")\u0081(K\1K\2e", // APPENDS
        THING + ")\u0081(K\1K\2\u0090", // ADDITEMS
        THING + ")\u0081q\1}X\1\0\0\0sh\1sb", // An object that has itself.
        "]q\1(h\1K\1K\2K\3K\0041", // What Python writes for a tuple that has itself.
        "(X\6\0\0\0module" + THING + "NNtQ)\u0081" // A network's class in the older format.
      })
  void read_objectMadeWithoutArguments_isPassedOver(String pickled) {
    Weights weights = read(checkpoint(pickled));

    assertThat(weights.get("w").toFloats()).containsExactly(1, 2);
    if (pickled.contains("Thing")) {
      assertThat(weights.report().objects()).containsExactly("project.training.Thing");
    }
  }

  /** A name that nothing calls, such as a loss function among the settings. */
  @Test
  void read_nameThatIsNotCalled_isPassedOver() {
    assertThat(read(checkpoint(THING)).report().objects()).isEmpty();
    assertThat(read(checkpoint("ctorch.nn.functional\nrelu\n")).keys()).containsExactly("w");
    assertThat(read(checkpoint("cproject\nf.<locals>.g\n")).keys()).containsExactly("w");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        THING + "K\1\u0085R",
        THING + "K\1\u0085\u0081",
        THING + "K\1\u0085}\u0092",
        THING + ")}X\1\0\0\0aK\1s\u0092",
        "(K\1iproject.training\nThing\n",
        "(" + THING + "K\1o",
        THING + "]K\1a\u0085R",
        THING + ")\u0081)R", // The object is called.
        THING + ")R(K\1tR",
        THING + "}b", // Attributes of the class itself.
        THING + "}X\1\0\0\0aK\1sb",
        "cargparse\nNamespace\n" + THING + "K\1\u0085R\u0085R",
        "cargparse\nNamespace\n)\u0081}X\1\0\0\0a" + THING + "K\1\u0085Rsb",
        "ccopyreg\n_reconstructor\n" + THING + "K\1\u0085R\u0085R",
        "cfunctools\npartial\n" + THING + "\u0085R0" + THING + "K\1\u0085R",
        "(X\6\0\0\0module" + THING + "NNtQK\1\u0085\u0081",
        "ctorch._tensor\n_rebuild_from_type_v2\n(" + THING + "NK\1\u0085NtR"
      })
  void read_unlistedNameThatIsCalledWithArguments_refusesTheFile(String pickled) {
    assertRefused(
        checkpoint(pickled), "the Python name project.training.Thing, and no code is run");
    assertRefused(
        checkpoint(THING + ")\u0081}X\1\0\0\0s" + pickled + "sb"),
        "the Python name project.training.Thing");
  }

  @Test
  void read_resultOfAListedName_isNotCalledEither() {
    assertRefused(
        checkpoint("cfunctools\npartial\n" + THING + "\u0085R)R"),
        "the Python name functools.partial");
  }

  /** Even where nothing calls them: no checkpoint needs these modules. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "os.system",
        "posix.system",
        "nt.system",
        "subprocess.Popen",
        "builtins.eval",
        "builtins.getattr",
        "__builtin__.exec",
        "sys.modules",
        "importlib.import_module",
        "runpy.run_path",
        "pickle.loads",
        "ctypes.CDLL",
        "socket.socket",
        "webbrowser.open",
        "_codecs.lookup"
      })
  void read_nameThatRunsPrograms_refusesTheFileWhereverItStands(String name) {
    int dot = name.lastIndexOf('.');
    String module = name.substring(0, dot);
    String attribute = name.substring(dot + 1);
    String global = "c" + module + "\n" + attribute + "\n";
    for (String pickled :
        List.of(
            global,
            global + ")R",
            global + ")\u0081",
            "(i" + module + "\n" + attribute + "\n",
            text(module) + text(attribute) + "\u0093",
            THING + ")\u0081}X\1\0\0\0a" + global + "sb",
            "cfunctools\npartial\n" + global + "\u0085R")) {
      assertRefused(checkpoint(pickled), "the Python name " + name);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "storage, cproject.training|Thing|)R",
    "storage, cproject.training|Thing|",
    "offset, cproject.training|Thing|)R",
    "shape, cproject.training|Thing|)R",
    "side, cproject.training|Thing|)R",
    "side, cproject.training|Thing|",
    "strides, cproject.training|Thing|)R",
    "stride, cargparse|Namespace|)R"
  })
  void read_tensorThatDependsOnAnObject_isRefusedByName(String part, String made) {
    String object = made.replace('|', '\n');
    String name = made.startsWith("carg") ? "argparse.Namespace" : "project.training.Thing";
    String tensor =
        tensor(
            part.equals("storage") ? object : id("0"),
            part.equals("offset") ? object : "K\0",
            part.equals("shape") ? object : part.equals("side") ? object + "\u0085" : "K\2\u0085",
            part.equals("strides")
                ? object
                : part.equals("stride") ? object + "\u0085" : "K\1\u0085");

    assertRefused("}" + text("w") + tensor + "s.", "its w depends on " + name);
    assertRefused(
        "}" + text("w") + "ctorch._utils\n_rebuild_parameter\n(" + tensor + "\u0089NtRs.",
        "its w depends on " + name);
    // Among what is not read it does no harm.
    assertThat(read(checkpoint("}" + text("v") + tensor + "s")).keys()).containsExactly("w");
  }

  @Test
  void read_parameterOrTypeThatIsAnObject_isRefusedByName() {
    String object = THING + ")R";
    assertRefused(
        "}" + text("w") + "ctorch._utils\n_rebuild_parameter\n(" + object + "\u0089NtRs.",
        "its w depends on project.training.Thing");
    String arguments = "(" + id("0") + "K\0K\2\u0085K\1\u0085\u0089Nt";
    for (String type : List.of(THING, object)) {
      assertRefused(
          "}"
              + text("w")
              + "ctorch._tensor\n_rebuild_from_type_v2\n(ctorch._utils\n_rebuild_tensor_v2\n"
              + type
              + arguments
              + "}tRs.",
          "its w depends on project.training.Thing");
    }
    assertRefused(
        "}" + text("w") + "ctorch._tensor\n_rebuild_from_type_v2\n(" + THING + "N)}tRs.",
        "its w depends on project.training.Thing");
  }

  @Test
  void read_storageThatDependsOnAnObject_isRefusedByName() {
    for (String object : List.of(THING, THING + ")R")) {
      for (String storage :
          List.of(
              id(object, text("0"), "K\4"),
              id("ctorch\nFloatStorage\n", object, "K\4"),
              id("ctorch\nFloatStorage\n", text("0"), object))) {
        String tensor = tensor(storage, "K\0", "K\2\u0085", "K\1\u0085");
        assertRefused(
            "}" + text("w") + tensor + "s.",
            "one of its storages depends on project.training.Thing");
      }
    }
  }

  /** PyTorch would put other numbers into the tensor, which its memo also has. */
  @Test
  void read_stateThatReplacesATensorsNumbers_isRefused() {
    String other = id("1") + "K\2K\2\u0085K\1\u0085";
    String data = "}" + text("data") + tensor("1") + "s";
    for (String state :
        List.of("(" + other + "t", "(" + other + "Nt", data, "}" + data + "\u0086")) {
      assertRefused(
          "}" + text("w") + tensor("0") + state + "bs.",
          "it replaces a tensor's numbers by a state");
      assertRefused(
          "}" + text("w") + tensor("0") + "q\1" + state + "b0h\1s.",
          "it replaces a tensor's numbers by a state");
      assertRefused(
          "}"
              + text("w")
              + "ctorch._utils\n_rebuild_parameter_with_state\n("
              + tensor("0")
              + "\u0089N"
              + state
              + "tRs.",
          "it replaces a tensor's numbers by a state");
    }
    assertThat(read("}" + text("w") + tensor("0") + "}" + text("a") + "K\1sbs.").keys())
        .containsExactly("w");
  }

  /** Since 1.12 a view may be one of negated numbers. */
  @Test
  void read_negatedView_isRefusedByKey() {
    String negated = "}" + text("neg") + "\u0088s";
    String rebuilt =
        "ctorch._utils\n_rebuild_tensor_v2\n(" + id("0") + "K\0K\2\u0085K\1\u0085\u0089N";

    assertRefused("}" + text("w") + rebuilt + negated + "tRs.", "its w is a negated or conjugated");
    assertThat(read("}" + text("w") + rebuilt + "}tRs.").get("w").toFloats()).containsExactly(1, 2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\u0082\1", // EXT1
        "\u0083\1\0", // EXT2
        "\u0084\1\0\0\0", // EXT4
        "P0\n", // PERSID
        "1", // POP_MARK without a mark
        "(1110",
        "o",
        "(o",
        "K\1)R",
        "K\1)}\u0092",
        THING + ")K\1\u0092",
        "ctorch._utils\n_rebuild_tensor_v2\n}b",
        "ctorch\nFloatStorage\n}b",
        THING + "K\1K\2s",
        THING + "K\1a",
        THING + ")\u0081(K\1u",
        "K\1K\2\u0093",
        "X\0\0\0\0X\0\0\0\0\u0093",
        "cos.\nsystem\n",
        "c\nsystem\n",
        "cos\u001b[2J\nsystem\n",
        "cos system\nx\n",
        "h\7",
        "j\u00ff\u00ff\u00ff\u00ff",
        "\u008f\u0090",
        "B\u00ff\u00ff\u00ff\u00ff",
        "\u008e\0\0\0\0\0\0\0\100",
        "\u008b\u00ff\u00ff\u00ff\u00ff",
        "\u0097", // NEXT_BUFFER
        "\u0098", // READONLY_BUFFER
        "(X\6\0\0\0moduleK\1NNtQ",
        "(X\6\0\0\0modulectorch\ndevice\nNNtQ",
        "(X\6\0\0\0modulecos\nsystem\nNNtQ",
        "S'abc'\n", // STRING
        "I1\n" // INT
      })
  void read_instructionWithoutSense_isRefused(String pickled) {
    assertRefused(checkpoint(pickled), "");
    assertThatThrownBy(() -> read(checkpoint(pickled))).message().doesNotContain("\u001b");
  }

  @Test
  void read_longName_isRefusedShortly() {
    String name = "a.".repeat(200_000) + "b";
    String pickled = "X" + le(name.length()) + name + "X\1\0\0\0c\u0093)R";

    assertThatThrownBy(() -> read(checkpoint(pickled)))
        .isInstanceOf(WeightsException.class)
        .message()
        .hasSizeLessThan(500);
  }

  @Test
  @Timeout(20)
  void read_deepStateOfAnObject_isPassedOver() {
    int depth = 150_000;
    String state = "]".repeat(depth) + "a".repeat(depth - 1);

    assertThat(read(checkpoint(THING + ")\u0081" + state + "b")).keys()).containsExactly("w");
    String objects = (THING.replace("Thing", "T") + ")\u0081").repeat(20_000);
    assertThat(read(checkpoint("(" + objects + "t")).report().objects()).hasSize(1);
  }

  /** Each instruction must cost about the same, whatever it is given. */
  @ParameterizedTest
  @Timeout(20)
  @ValueSource(
      strings = {
        "cargparse\nNamespace\nq\1h\2}\u00920", // Many arguments, again and again.
        "cargparse\nNamespace\nq\1h\2R0",
        "ccollections\nOrderedDict\nh\2\u0085R0",
        "ccollections\nCounter\nh\2\u0085R0",
        "ctorch._utils\n_rebuild_parameter_with_state\n(h\3\u0089Nh\2tR0",
        "h\3h\2b0",
        "h\2Q"
      })
  void read_longListGivenManyTimes_isReadOrRefusedSoon(String instructions) {
    String list = "](" + "K\1".repeat(300_000) + "eq\2" + tensor("0") + "q\3";
    int times = 600_000 / instructions.length();

    try {
      assertThat(read(checkpoint("(" + list + instructions.repeat(times) + "t")).keys())
          .containsExactly("w");
    } catch (WeightsException e) {
      assertThat(e).hasMessageContaining("expected a PyTorch file of tensors, but ");
    }
  }

  @Test
  void read_manyNamesOfObjects_reportsAThousand() {
    StringBuilder objects = new StringBuilder("(");
    for (int i = 0; i < 5000; i++) {
      objects.append("cproject\nT").append(i).append("\n)R");
    }

    assertThat(read(checkpoint(objects + "t")).report().objects()).hasSize(1000);
  }

  @Test
  void read_wholeNetwork_asksForItsStateDictionary() {
    assertRefused(
        THING + ")\u0081.",
        "it holds an object of project.training.Thing, such as a whole pickled network, and no object"
            + " is made; load it in PyTorch and save the state_dict() alone");
    assertRefused(
        "}" + text("model") + THING + ")\u0081s.",
        "its entry model is an object of project.training.Thing, such as a whole pickled network");
    String file =
        "}("
            + text("model")
            + THING
            + ")\u0081"
            + text("ema")
            + "}"
            + text("w")
            + tensor("0")
            + "su.";
    assertThat(read(file).report().container()).hasValue("ema");
    assertThatThrownBy(() -> Weights.read(folder.resolve("made.pth"), "model"))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining(
            "no dictionary of tensors under model, which is an object of project.training.Thing,");
  }

  private static String le(int value) {
    return ""
        + (char) (value & 0xff)
        + (char) (value >> 8 & 0xff)
        + (char) (value >> 16 & 0xff)
        + (char) (value >>> 24);
  }
}
