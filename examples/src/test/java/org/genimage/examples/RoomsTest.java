package org.genimage.examples;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableMap;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import java.io.FileOutputStream;
import java.io.FileWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.genimage.app.Main;
import org.genimage.attacks.Attacks;
import org.genimage.data.Label;
import org.genimage.eval.Metrics;
import org.genimage.models.Detectors;
import org.genimage.train.GradientTrainer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.ConcreteFunction;
import org.tensorflow.ExecutionEnvironment;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.ConfigProto;

/** The rooms (packages) of the modules: what each may use, how large it is, what is public. */
class RoomsTest {

  private static final String ROOT = "org.genimage.";

  /** A class of every published module, and of the program. */
  private static final List<Class<?>> MODULES =
      List.of(
          Label.class,
          Detectors.class,
          GradientTrainer.class,
          Metrics.class,
          Attacks.class,
          Main.class);

  /** Files of a room; more are too many to find one's way. */
  private static final int LARGEST = 40;

  /** The program joins all modules: it may use every room that they export. */
  private static final String EXPORTED =
      "data data.image data.claims data.doctor data.simulation models models.nn models.networks"
          + " models.weights models.pretrained train train.recipe eval eval.statistics"
          + " eval.protocol eval.verdict eval.alignment eval.explanation eval.robustness"
          + " eval.leaderboard eval.report attacks";

  /** The rooms of genimage that each room may use. What stands here is the architecture. */
  private static final Map<String, String> MAY_USE =
      ImmutableMap.<String, String>builder()
          .put("data.internal", "")
          .put("data.formats", "")
          .put("data.resampling", "")
          .put("data.image", "data.formats data.internal data.resampling")
          .put("data.archive", "data.internal")
          .put("data.claims", "data.formats data.image data.internal")
          .put("data", "data.image data.archive data.internal")
          .put("data.doctor", "data data.image data.internal")
          .put("data.simulation", "data data.image data.internal")
          .put("models.nn", "data data.internal")
          .put("models.networks", "data models.nn")
          .put("models.weights", "data data.internal models.nn models.networks")
          .put("models.internal", "data data.internal models.nn models.weights")
          .put(
              "models",
              "data data.image data.internal models.nn models.networks models.weights"
                  + " models.internal")
          .put("models.pretrained", "data data.internal models models.weights")
          .put(
              "train.recipe",
              "data data.image models models.nn models.networks models.weights models.internal")
          .put("train.memory", "data.internal")
          .put(
              "train",
              "data data.image data.internal models models.nn models.weights models.internal"
                  + " train.memory train.recipe")
          .put("eval.statistics", "")
          .put("eval", "data data.image data.internal models models.weights eval.statistics")
          .put("eval.explanation", "data.image models models.weights")
          .put("eval.protocol", "data data.image data.internal models eval eval.statistics")
          .put("eval.robustness", "data data.image eval eval.statistics")
          .put(
              "eval.verdict",
              "data data.image data.internal models models.weights eval eval.statistics")
          .put(
              "eval.alignment",
              "data data.doctor data.image data.internal models eval eval.statistics")
          .put(
              "eval.leaderboard",
              "data data.internal eval eval.robustness eval.statistics eval.verdict")
          .put(
              "eval.report",
              "data data.doctor data.image data.internal models eval eval.alignment"
                  + " eval.explanation eval.leaderboard eval.protocol eval.robustness"
                  + " eval.statistics eval.verdict")
          .put(
              "attacks",
              "data data.image data.internal models models.nn models.weights models.internal")
          .put("app.command", EXPORTED + " data.formats data.internal models.internal")
          .put("app.real", "app.command " + EXPORTED + " data.internal")
          .put("app.leaderboard", "app.command " + EXPORTED + " data.internal")
          .put("app.serve", "app.command " + EXPORTED)
          .put("app", "app.command app.leaderboard app.real app.serve " + EXPORTED)
          .buildOrThrow();

  private static final JavaClasses CLASSES = imported();

  private static JavaClasses imported() {
    return new ClassFileImporter()
        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
        .importLocations(MODULES.stream().map(RoomsTest::location).toList());
  }

  /** A module is a folder of classes until it is packaged, and a jar afterwards. */
  private static Location location(Class<?> type) {
    Path place = place(type);
    return Location.of(
        Files.isDirectory(place) ? place.toUri() : URI.create("jar:" + place.toUri() + "!/"));
  }

  private static Path place(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  static Set<String> rooms() {
    return CLASSES.stream().map(RoomsTest::room).collect(toCollection(TreeSet::new));
  }

  private static String room(JavaClass type) {
    return type.getPackageName().substring(ROOT.length());
  }

  @Test
  void rooms_all_standInTheTable() {
    assertThat(rooms()).containsExactlyInAnyOrderElementsOf(MAY_USE.keySet());
  }

  /** On bytecode, so that it also holds for what no POM and no import names. */
  @ParameterizedTest
  @MethodSource("rooms")
  void room_usesOnlyWhatItMay(String room) {
    Set<String> allowed = new TreeSet<>(List.of(MAY_USE.getOrDefault(room, "").split(" ")));
    allowed.add(room);

    Stream<String> wrong =
        CLASSES.stream()
            .filter(type -> room(type).equals(room))
            .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
            .filter(use -> use.getTargetClass().getPackageName().startsWith(ROOT))
            .filter(use -> !allowed.contains(room(use.getTargetClass())))
            .map(use -> use.getDescription());

    assertThat(wrong).isEmpty();
  }

  /** TensorFlow Java's own names of ops have the digits of the default locale. */
  @Test
  void opsOfAGraph_comeFromOnePlace() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName("org.genimage.data.internal.GraphOps")
        .should()
        .callMethod(Ops.class, "create", ExecutionEnvironment.class)
        .orShould()
        .callMethod(ConcreteFunction.class, "create", Function.class)
        .check(CLASSES);
  }

  /** Who writes files without the helper that writes them whole or not at all, and why. */
  private static final Map<String, String> WRITERS =
      ImmutableMap.<String, String>builder()
          .put("org.genimage.app.ArchivedClasses", "images of a temporary folder of its own")
          .put("org.genimage.data.doctor.ExaminationState", "grows line by line")
          .put("org.genimage.eval.ScoreFile", "grows line by line")
          .put("org.genimage.train.TensorBoardListener", "grows record by record")
          .put(
              "org.genimage.models.pretrained.Download",
              "grows, and is renamed when its hash is right")
          .put("org.genimage.data.simulation.SimulatedGenImage", "fills a folder of the helper")
          .put("org.genimage.models.SavedModelExport", "fills a folder of the helper")
          .buildOrThrow();

  private static final Set<String> WRITING =
      Set.of("write", "writeString", "newOutputStream", "newBufferedWriter", "copy", "move");

  private static final Set<String> OPENING = Set.of("WRITE", "APPEND", "CREATE", "CREATE_NEW");

  /** So that a killed writer leaves the old file or none, never a half. */
  @Test
  void files_areWrittenByTheHelper() {
    Set<String> found =
        CLASSES.stream()
            .filter(type -> !room(type).equals("data.internal"))
            .filter(RoomsTest::writesFiles)
            .map(type -> type.getName().replaceFirst("\\$.*", ""))
            .collect(toCollection(TreeSet::new));

    assertThat(found).containsExactlyInAnyOrderElementsOf(WRITERS.keySet());
  }

  private static boolean writesFiles(JavaClass type) {
    boolean writes =
        type.getCodeUnitAccessesFromSelf().stream()
            .anyMatch(
                use ->
                    use.getTargetOwner().isEquivalentTo(Files.class)
                        && WRITING.contains(use.getTarget().getName()));
    boolean opens =
        type.getFieldAccessesFromSelf().stream()
            .anyMatch(
                use ->
                    use.getTargetOwner().isEquivalentTo(StandardOpenOption.class)
                        && OPENING.contains(use.getTarget().getName()));
    boolean streams =
        type.getConstructorCallsFromSelf().stream()
            .anyMatch(
                use ->
                    List.of(FileOutputStream.class, FileWriter.class, RandomAccessFile.class)
                        .stream()
                        .anyMatch(use.getTargetOwner()::isEquivalentTo));
    return writes || opens || streams;
  }

  /** Threads, optimisations and devices of every session are decided side by side. */
  @Test
  void sessions_areConfiguredInOnePlace() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName("org.genimage.models.internal.SessionSettings")
        .should()
        .callMethodWhere(
            target(owner(assignableTo(ConfigProto.class)))
                .and(target(nameMatching("newBuilder|getDefaultInstance|parseFrom|toBuilder"))))
        .check(CLASSES);
  }

  /**
   * TensorFlow keeps such a gradient for the whole process; decision 12 says what we do instead.
   */
  @Test
  void gradients_areNeverRegisteredWithTensorFlow() {
    noClasses()
        .should()
        .callMethodWhere(target(nameMatching("registerCustomGradient|registerGradient")))
        .check(CLASSES);
  }

  /** What the guides build on must be there for everybody. */
  @Test
  void consumers_importExportedPackagesAlone() throws IOException {
    Set<String> exported = new TreeSet<>();
    for (Class<?> module : MODULES) {
      exported.addAll(exports(module));
    }
    Pattern imported = Pattern.compile("import (?:static )?(org\\.genimage(?:\\.[a-z]+)+)\\.[A-Z]");
    try (Stream<Path> files = Files.walk(Path.of("src/it"))) {
      List<Path> sources = files.filter(file -> file.toString().endsWith(".java")).toList();
      assertThat(sources).hasSizeGreaterThan(8);
      for (Path source : sources) {
        assertThat(imported.matcher(Files.readString(source)).results().map(use -> use.group(1)))
            .as(source.toString())
            .isSubsetOf(exported);
      }
    }
  }

  @Test
  void rooms_haveNoCycles() {
    slices().matching(ROOT + "(**)").should().beFreeOfCycles().check(CLASSES);
  }

  /** Neither training nor evaluation nor attacks know each other; only programs join them. */
  @Test
  void siblings_knowNotEachOther() {
    for (String module : List.of("train", "eval", "attacks")) {
      assertThat(MAY_USE.keySet())
          .filteredOn(room -> room.split("\\.")[0].equals(module))
          .allSatisfy(
              room ->
                  assertThat(MAY_USE.get(room).split(" "))
                      .filteredOn(used -> !used.isEmpty())
                      .allMatch(
                          used -> Set.of("data", "models", module).contains(used.split("\\.")[0])));
    }
  }

  @Test
  void program_isUsedByNoModule() {
    assertThat(MAY_USE)
        .allSatisfy(
            (room, used) -> {
              if (!room.startsWith("app")) {
                assertThat(used.split(" ")).as(room).noneMatch(one -> one.startsWith("app"));
              }
            });
  }

  @Test
  void rooms_areSmallEnough() {
    Map<String, Long> sizes =
        CLASSES.stream()
            .filter(type -> type.isTopLevelClass() && !type.getSimpleName().equals("package-info"))
            .collect(groupingBy(RoomsTest::room, counting()));

    assertThat(sizes).allSatisfy((room, size) -> assertThat(size).isLessThanOrEqualTo(LARGEST));
  }

  /** So that a name alone says which class is meant. */
  @Test
  void classes_haveNamesOfTheirOwn() {
    assertThat(
            CLASSES.stream()
                .filter(JavaClass::isTopLevelClass)
                .map(JavaClass::getSimpleName)
                .filter(name -> !name.equals("package-info")))
        .doesNotHaveDuplicates();
  }

  @Test
  void rooms_haveAPackageInfoThatSaysWhatTheyAreFor() throws IOException {
    for (String room : rooms()) {
      Path file =
          Path.of("..", "genimage-" + room.split("\\.")[0])
              .resolve("src/main/java/org/genimage")
              .resolve(room.replace('.', '/'))
              .resolve("package-info.java");
      assertThat(Files.readString(file).replaceAll("\\s+\\*?\\s*", " "))
          .as(room)
          .contains("May use:", "Limits:");
    }
  }

  /**
   * Fails whenever a type becomes public or ceases to be, so that nobody does it by accident. The
   * list as it should be then lies in {@code target/public-types.txt}.
   */
  @Test
  void exportedPackagesAndPublicTypes_areThoseOfTheList() throws IOException {
    Map<String, TreeSet<String>> types = new TreeMap<>();
    for (Class<?> module : MODULES) {
      for (String exported : exports(module)) {
        types.putAll(
            CLASSES.stream()
                .filter(type -> type.getPackageName().equals(exported))
                .filter(type -> type.isTopLevelClass() && visible(type))
                .collect(
                    groupingBy(
                        JavaClass::getPackageName,
                        mapping(JavaClass::getSimpleName, toCollection(TreeSet::new)))));
      }
    }
    StringBuilder actual = new StringBuilder();
    types.forEach((name, all) -> actual.append(name).append(": ").append(all).append('\n'));
    Files.writeString(Path.of("target", "public-types.txt"), actual);

    assertThat(actual.toString())
        .isEqualTo(Files.readString(Path.of("src/test/resources/public-types.txt")));
  }

  private static boolean visible(JavaClass type) {
    return type.getModifiers().contains(JavaModifier.PUBLIC);
  }

  private static List<String> exports(Class<?> module) throws IOException {
    Path place = place(module);
    if (Files.isDirectory(place)) {
      return exports(place.resolve("module-info.class"));
    }
    try (FileSystem jar = FileSystems.newFileSystem(place)) {
      return exports(jar.getPath("module-info.class"));
    }
  }

  private static List<String> exports(Path descriptor) {
    try (InputStream in = Files.newInputStream(descriptor)) {
      return ModuleDescriptor.read(in).exports().stream()
          .filter(exported -> !exported.isQualified())
          .map(ModuleDescriptor.Exports::source)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
