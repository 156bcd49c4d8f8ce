package org.genimage.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What stands in several files of the repository is the same in all of them. */
class PublicationTest {

  private static final Path PROJECT = Path.of("").toAbsolutePath().getParent();
  private static final Pattern EXCLUDED = Pattern.compile("<exclude>(org\\.genimage[^<]*)<");
  private static final Pattern ADDRESS = Pattern.compile("<(address\\.\\w+)>UNSET<");
  private static final Pattern MODULE = Pattern.compile("<module>([\\w-]+)</module>");
  private static final Pattern ARTIFACT =
      Pattern.compile("<artifactId>(genimage-[\\w-]+)</artifactId>");
  private static final Pattern JAR = Pattern.compile("genimage-[a-z-]+-(\\d[\\w.-]*)\\.jar");
  private static final Pattern OUTPUT =
      Pattern.compile("(?:defaultValue = |new Options\\.Output\\()\"(genimage-[\\w-]+)[\"/]");

  @ParameterizedTest
  @ValueSource(strings = {"genimage-bom", "examples/src/it/consumer-of-the-bom"})
  void bomAndItsConsumer_nameEveryPublishedModule(String project) throws IOException {
    List<String> named = found(ARTIFACT, text(project + "/pom.xml"));

    assertThat(named.stream().filter(name -> !name.equals("genimage-bom")))
        .containsExactlyInAnyOrderElementsOf(published());
  }

  @Test
  void rehearsal_deploysEveryPublishedModule() throws IOException {
    String deployment = text("examples/src/it/setup-deployment/pom.xml");

    assertThat(published())
        .hasSizeGreaterThan(4)
        .allSatisfy(module -> assertThat(deployment).contains("/target/" + module + "-@project"));
  }

  @Test
  void jars_namedInTheGuides_haveTheProjectsVersion() throws IOException {
    assertThat(found(JAR, guides()))
        .isNotEmpty()
        .containsOnly(System.getProperty("genimage.version"));
  }

  @Test
  void workflow_runsTheReadmesTestCommand() throws IOException {
    String command = Files.readAllLines(PROJECT.resolve(".ci/run")).get(3);

    assertThat(command).startsWith("mvn ");
    assertThat(text(".github/workflows/build.yml"))
        .containsPattern("\n +" + Pattern.quote(command) + "( \\$\\{PROFILES:.*)?\n");
  }

  /**
   * The quickstart runs in Maven's phase "compile", when no module has test classes for another.
   */
  @Test
  void quickstart_needsNoTestClassesOfOtherModules() throws IOException {
    String app = text("genimage-app/pom.xml");
    String quickstart =
        app.replaceAll("(?s).*(<profile>\\s*<id>quickstart</id>.*?</profile>).*", "$1");

    assertThat(app.substring(0, app.indexOf("<profiles>"))).doesNotContain("test-jar");
    assertThat(quickstart).contains("org.genimage.app.Main").doesNotContain("test-jar");
  }

  @Test
  void outputFolders_ofPrograms_areIgnoredByGit() throws IOException {
    List<String> ignored = text(".gitignore").lines().toList();
    List<String> folders = found(OUTPUT, sources());

    assertThat(folders).hasSizeGreaterThan(4);
    assertThat(folders).allSatisfy(folder -> assertThat(ignored).contains("/" + folder + "/"));
  }

  /** A pattern without a slash in front hides files of any folder, also sources. */
  @Test
  void ignoredFiles_areAnchoredButForWhatToolsLeaveEverywhere() throws IOException {
    assertThat(text(".gitignore").lines())
        .filteredOn(line -> !line.isEmpty() && !line.startsWith("#") && !line.startsWith("/"))
        .containsExactlyInAnyOrder(
            "target/",
            "dependency-reduced-pom.xml",
            "__pycache__/",
            "hs_err_pid*.log",
            "core.[0-9]*",
            ".idea/",
            "*.iml",
            ".classpath",
            ".project",
            ".settings/",
            ".vscode/",
            ".DS_Store");
  }

  /** A project that is built by a test must not hang it. */
  @Test
  void consumers_haveATimeLimit() throws IOException {
    assertThat(text("examples/pom.xml"))
        .containsPattern("<timeoutInSeconds>[1-9]\\d{1,2}</timeoutInSeconds>");
  }

  /**
   * What is not exported may change: the comparison of versions leaves it out, and nothing else.
   */
  @Test
  void comparisonOfVersions_leavesOutWhatIsNotExported() throws IOException {
    List<Pattern> excluded =
        found(EXCLUDED, text("pom.xml")).stream()
            .map(one -> Pattern.compile(one.replace(".", "\\.").replace("*", "[a-z]+")))
            .toList();
    assertThat(excluded).isNotEmpty();
    for (String module : published()) {
      Path sources = PROJECT.resolve(module + "/src/main/java");
      if (!Files.exists(sources.resolve("module-info.java"))) {
        continue;
      }
      String exports = Files.readString(sources.resolve("module-info.java"));
      try (Stream<Path> files = Files.walk(sources)) {
        for (Path file : files.filter(one -> one.endsWith("package-info.java")).toList()) {
          String room =
              sources.relativize(file.getParent()).toString().replace(File.separatorChar, '.');
          assertThat(excluded.stream().anyMatch(one -> one.matcher(room).matches()))
              .as(room)
              .isNotEqualTo(exports.contains("exports " + room + ";"));
        }
      }
    }
  }

  /** The published POMs name addresses, so that a release without them must fail. */
  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  @Timeout(120)
  void release_withoutAddresses_fails() throws Exception {
    List<String> unset = found(ADDRESS, text("pom.xml"));
    assumeTrue(!unset.isEmpty(), "all addresses are set");
    assumeTrue(System.getProperty("genimage.maven") != null, "no Maven runs this test");
    Process maven =
        new ProcessBuilder(
                Path.of(System.getProperty("genimage.maven"), "bin", "mvn").toString(),
                "-o",
                "-q",
                "-B",
                "-N",
                "-Prelease",
                "validate")
            .directory(PROJECT.toFile())
            .redirectErrorStream(true)
            .start();
    String output = new String(maven.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(maven.waitFor()).as(output).isNotZero();
    assertThat(unset)
        .allSatisfy(
            name ->
                assertThat(output).contains(name + " is \"UNSET\"; set that property in pom.xml"));
  }

  /** The modules that are deployed, but for the BOM. */
  private static List<String> published() throws IOException {
    List<String> published = new ArrayList<>();
    for (String module : found(MODULE, text("pom.xml"))) {
      if (!module.equals("genimage-bom")
          && !text(module + "/pom.xml").contains("<maven.deploy.skip>true<")) {
        published.add(module);
      }
    }
    return published;
  }

  private static List<String> found(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(result -> result.group(1)).toList();
  }

  private static String guides() throws IOException {
    return text("README.md") + texts(PROJECT.resolve("docs"), ".md");
  }

  private static String sources() throws IOException {
    return texts(PROJECT.resolve("genimage-app/src/main"), ".java");
  }

  private static String texts(Path folder, String suffix) throws IOException {
    StringBuilder texts = new StringBuilder();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(file -> file.toString().endsWith(suffix)).toList()) {
        texts.append(Files.readString(file));
      }
    }
    return texts.toString();
  }

  private static String text(String file) throws IOException {
    return Files.readString(PROJECT.resolve(file));
  }
}
