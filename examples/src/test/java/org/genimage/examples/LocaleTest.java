package org.genimage.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the code of all modules writes is the same in every locale: nothing depends on the JVM's
 * default one. A format without a locale may have {@code %s} alone, whose numbers have no locale.
 */
class LocaleTest {

  private static final Set<String> CASES = Set.of("toLowerCase", "toUpperCase");
  private static final Pattern CONVERSION = Pattern.compile("%[^a-zA-Z%]*([a-zA-Z%])");
  private static final Set<String> WITHOUT_LOCALE = Set.of("s", "n", "x", "%");

  @Test
  void mainCode_namesALocaleWhereOneMatters() throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(Path.of(".."))) {
      files = all.filter(file -> file.toString().matches(".*/src/main/java/.*\\.java")).toList();
    }

    assertThat(files).hasSizeGreaterThan(200);
    assertThat(problems(files)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "String.format(\"%d\", 1)",
        "String.format(name, 1)",
        "\"%d of %s\".formatted(1, 2)",
        "(\"%s\" + \"%.1f\").formatted(1, 2)",
        "name.formatted(1)",
        "name.toLowerCase()",
        "System.out.printf(\"%d\", 1)",
        "new Object().toString().toUpperCase()",
      })
  void rule_findsWhatDependsOnTheDefault(String expression) throws IOException {
    assertThat(problemsOf(expression)).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "String.format(Locale.ROOT, \"%d\", 1)",
        "String.format(locale, \"%d\", 1)",
        "\"%s of %s, 5 %%%n\".formatted(1, 2)",
        "name.toLowerCase(Locale.ROOT)",
        "Character.toLowerCase('a')",
        "System.out.printf(Locale.ROOT, \"%d\", 1)",
      })
  void rule_acceptsWhatDoesNot(String expression) throws IOException {
    assertThat(problemsOf(expression)).isEmpty();
  }

  /** TensorFlow refuses names of operations with other digits than ASCII's. */
  @Test
  void detectors_inLocalesOfOtherDigits_computeTheSame(@TempDir Path folder) throws Exception {
    List<String> tags =
        List.of("ar-SA", "fa-IR", "bn-BD", "mr-IN", "ne-NP", "my-MM", "ps-AF", "tr-TR", "en-US");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "-Duser.language=ar", "-Duser.country=EG"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(ForeignDigits.class.getName(), folder.toString()));
    command.addAll(tags);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    List<String> lines = process.inputReader().lines().toList();

    assertThat(process.waitFor()).as(String.join("\n", lines)).isZero();
    List<String> results = lines.stream().filter(line -> line.matches("..-.. \\[.*")).toList();
    assertThat(results).hasSize(10).first().asString().startsWith("ar-EG ");
    assertThat(results.stream().map(line -> line.substring(6)).distinct()).hasSize(1);
  }

  private static List<String> problemsOf(String expression) throws IOException {
    Path folder = Files.createTempDirectory("locale");
    Path file = folder.resolve("Example.java");
    try {
      Files.writeString(file, "class Example { Object value = %s; }".formatted(expression));
      return problems(List.of(file));
    } finally {
      Files.delete(file);
      Files.delete(folder);
    }
  }

  private static List<String> problems(List<Path> files) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<String> problems = new ArrayList<>();
    try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null, manager, null, null, null, manager.getJavaFileObjectsFromPaths(files));
      for (CompilationUnitTree unit : task.parse()) {
        new Rule(unit, problems).scan(unit, null);
      }
    }
    return problems;
  }

  private static final class Rule extends TreeScanner<Void, Void> {

    private final CompilationUnitTree unit;
    private final List<String> problems;

    Rule(CompilationUnitTree unit, List<String> problems) {
      this.unit = unit;
      this.problems = problems;
    }

    @Override
    public Void visitMethodInvocation(MethodInvocationTree call, Void nothing) {
      if (call.getMethodSelect() instanceof MemberSelectTree method
          && dependsOnDefault(
              method.getIdentifier().toString(), method.getExpression(), call.getArguments())) {
        problems.add(unit.getSourceFile().getName() + ": " + call);
      }
      return super.visitMethodInvocation(call, nothing);
    }

    private static boolean dependsOnDefault(
        String method, ExpressionTree receiver, List<? extends ExpressionTree> arguments) {
      if (CASES.contains(method)) {
        return arguments.isEmpty();
      }
      if (method.equals("printf")
          || method.equals("format") && receiver.toString().equals("String")) {
        return !arguments.get(0).toString().toLowerCase(Locale.ROOT).contains("locale");
      }
      return method.equals("formatted")
          && constant(receiver).map(text -> !hasTextAlone(text)).orElse(true);
    }

    private static boolean hasTextAlone(String format) {
      return CONVERSION
          .matcher(format)
          .results()
          .allMatch(found -> WITHOUT_LOCALE.contains(found.group(1)));
    }

    private static Optional<String> constant(ExpressionTree expression) {
      if (expression instanceof LiteralTree literal) {
        return Optional.of(String.valueOf(literal.getValue()));
      }
      if (expression instanceof ParenthesizedTree inner) {
        return constant(inner.getExpression());
      }
      return expression instanceof BinaryTree sum
          ? constant(sum.getLeftOperand())
              .flatMap(left -> constant(sum.getRightOperand()).map(left::concat))
          : Optional.empty();
    }
  }
}
