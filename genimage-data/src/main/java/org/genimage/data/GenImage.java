package org.genimage.data;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The GenImage benchmark on disk (Zhu et al. 2023), unpacked. Each generator has a tree of its own:
 *
 * <pre>
 * root/stable_diffusion_v_1_4/imagenet_ai_0419_sdv4/{train,val}/{ai,nature}/*.png, *.JPEG
 * </pre>
 *
 * <p>Found as well, in upper or lower case: trees without the outer or without the inner folder,
 * outer folders called by the generator's name ({@code Stable Diffusion V1.4}), the merged tree
 * {@code imagenet_ai/{train,val}/{ai,nature}}, and a root that is such a tree itself, which is how
 * a folder of your own is opened. The classes may be called {@code 0_real} and {@code 1_fake}.
 *
 * <p>Images are the files that end in {@code .png}, {@code .jpg} or {@code .jpeg}; other files, and
 * hidden ones, are ignored. Their order follows from their names alone.
 */
public final class GenImage {

  private static final String TRAIN = "train";
  private static final String VALIDATION = "val";
  private static final String MERGED = "imagenet_ai";
  private static final Pattern IMAGE =
      Pattern.compile("[^.].*\\.(png|jpg|jpeg)", Pattern.CASE_INSENSITIVE);

  private final Path root;
  private final ImmutableMap<Generator, Path> trees;
  private final ImmutableList<String> missing;

  private GenImage(Path root, Map<Generator, Path> trees, List<String> missing) {
    this.root = root;
    this.trees = ImmutableMap.copyOf(trees);
    this.missing = ImmutableList.copyOf(missing);
  }

  /**
   * Finds the generators in a folder. Images are listed when a dataset is asked for.
   *
   * @throws DatasetException if there is no such folder, or no generator in it
   */
  public static GenImage open(Path root) {
    if (!Files.isDirectory(root)) {
      throw new DatasetException(
          "%s: expected GenImage's folder, found %s; check the path"
              .formatted(root, Files.exists(root) ? "a file" : "nothing there"));
    }
    if (isTree(root)) {
      return ofOneTree(root, generatorOf(root));
    }
    ImmutableMap.Builder<Generator, Path> trees = ImmutableMap.builder();
    List<String> missing = new ArrayList<>();
    for (Generator generator : Generator.GENIMAGE) {
      Optional<Path> tree = locate(root, generator);
      if (tree.isPresent()) {
        trees.put(generator, tree.get());
        missing.addAll(gaps(generator, tree.get()));
      } else {
        missing.add("%s: no folder %s".formatted(generator, published(root, generator)));
      }
    }
    Map<Generator, Path> found = trees.build();
    if (!found.isEmpty()) {
      return new GenImage(root, found, missing);
    }
    return child(root, MERGED)
        .filter(GenImage::isTree)
        .map(merged -> ofOneTree(merged, Generator.named(MERGED)))
        .orElseThrow(() -> nothingIn(root));
  }

  private static GenImage ofOneTree(Path tree, Generator generator) {
    return new GenImage(tree, Map.of(generator, tree), gaps(generator, tree));
  }

  /** Returns the generators that were found, in the order of the paper's tables. */
  public List<Generator> generators() {
    return trees.keySet().asList();
  }

  /**
   * Returns what was looked for and not found, a sentence each: generators, and the splits and
   * classes of those that were found.
   */
  public List<String> missing() {
    return missing;
  }

  /**
   * Returns the training images: generator by generator, natural images first.
   *
   * @param generators the generators, or none for all that were found and have this split
   * @throws DatasetException if one is not there, or has no images of one class
   */
  public ImageDataset train(Generator... generators) {
    return split(TRAIN, List.of(generators));
  }

  /**
   * Returns the validation images, which GenImage's papers test on; as {@link #train} otherwise.
   *
   * @param generators the generators, or none for all that were found and have this split
   * @throws DatasetException if one is not there, or has no images of one class
   */
  public ImageDataset validation(Generator... generators) {
    return split(VALIDATION, List.of(generators));
  }

  private ImageDataset split(String split, List<Generator> asked) {
    Collection<Generator> chosen = asked;
    if (asked.isEmpty()) {
      chosen = generators().stream().filter(g -> child(trees.get(g), split).isPresent()).toList();
      if (chosen.isEmpty()) {
        throw new DatasetException(
            "%s: expected a folder %s of %s, found none; unpack it"
                .formatted(root, split, names(generators())));
      }
    }
    ImmutableList.Builder<FolderDataset.Folder> folders = ImmutableList.builder();
    for (Generator generator : chosen.stream().distinct().toList()) {
      folders.addAll(folders(split, generator));
    }
    return FolderDataset.of(folders.build());
  }

  private List<FolderDataset.Folder> folders(String split, Generator generator) {
    Path tree = trees.get(generator);
    if (tree == null) {
      throw new DatasetException(
          "%s: expected images of %s in %s, found only %s; unpack them there"
              .formatted(root, generator, published(root, generator), names(generators())));
    }
    Path folder =
        child(tree, split)
            .orElseThrow(
                () ->
                    new DatasetException(
                        "%s: expected a folder %s of %s, found %s; unpack it"
                            .formatted(tree, split, generator, contents(tree))));
    List<FolderDataset.Folder> classes = new ArrayList<>();
    for (Label label : Label.values()) {
      Optional<Path> path = classFolder(folder, label);
      List<String> files = path.map(GenImage::images).orElse(List.of());
      if (files.isEmpty()) {
        throw new DatasetException(
            "%s: expected .png, .jpg or .jpeg files in both nature and ai, found %s; unpack them"
                .formatted(
                    folder, path.map(p -> "none in " + p).orElse("no folder " + label.folder())));
      }
      classes.add(new FolderDataset.Folder(path.orElseThrow(), files, label, generator));
    }
    return classes;
  }

  private static Optional<Path> locate(Path root, Generator generator) {
    List<Path> outers = new ArrayList<>();
    child(root, generator.folder()).ifPresent(outers::add);
    child(root, generator.name()).ifPresent(outers::add);
    Stream<Path> inners =
        Stream.concat(outers.stream(), Stream.of(root))
            .flatMap(outer -> child(outer, generator.archive()).stream());
    return Stream.concat(inners, outers.stream()).filter(GenImage::isTree).findFirst();
  }

  private static Generator generatorOf(Path tree) {
    String name = tree.toAbsolutePath().normalize().getFileName().toString();
    return Generator.GENIMAGE.stream()
        .filter(g -> Stream.of(g.folder(), g.name(), g.archive()).anyMatch(name::equalsIgnoreCase))
        .findFirst()
        .orElseGet(() -> Generator.named(name));
  }

  private static boolean isTree(Path folder) {
    return child(folder, TRAIN).isPresent() || child(folder, VALIDATION).isPresent();
  }

  private static List<String> gaps(Generator generator, Path tree) {
    List<String> gaps = new ArrayList<>();
    for (String split : List.of(TRAIN, VALIDATION)) {
      Optional<Path> folder = child(tree, split);
      if (folder.isEmpty()) {
        gaps.add("%s: no folder %s".formatted(generator, tree.resolve(split)));
        continue;
      }
      for (Label label : Label.values()) {
        if (classFolder(folder.get(), label).isEmpty()) {
          gaps.add("%s: no folder %s".formatted(generator, folder.get().resolve(label.folder())));
        }
      }
    }
    return gaps;
  }

  private static Optional<Path> classFolder(Path split, Label label) {
    return child(split, label.folder())
        .or(() -> child(split, label == Label.AI ? "1_fake" : "0_real"));
  }

  private static Optional<Path> child(Path folder, String name) {
    return list(folder, name::equalsIgnoreCase).stream()
        .map(folder::resolve)
        .filter(Files::isDirectory)
        .findFirst();
  }

  private static List<String> images(Path folder) {
    return list(folder, IMAGE.asMatchPredicate());
  }

  private static List<String> list(Path folder, Predicate<String> condition) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(condition)
          .sorted(NaturalOrder.INSTANCE)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(folder + ": cannot be listed", e);
    }
  }

  private static Path published(Path root, Generator generator) {
    return root.resolve(generator.folder()).resolve(generator.archive());
  }

  private static DatasetException nothingIn(Path root) {
    return new DatasetException(
        "%s: expected a folder train or val, or one of a generator (%s), found %s; check the path"
            .formatted(
                root,
                Generator.GENIMAGE.stream()
                    .map(Generator::folder)
                    .collect(Collectors.joining(", ")),
                contents(root)));
  }

  private static String contents(Path folder) {
    List<String> names = list(folder, name -> true);
    if (names.isEmpty()) {
      return "an empty folder";
    }
    String first = names.stream().limit(10).collect(Collectors.joining(", "));
    return names.size() <= 10 ? first : first + " and " + (names.size() - 10) + " more";
  }

  private static String names(List<Generator> generators) {
    return generators.stream().map(Generator::name).collect(Collectors.joining(", "));
  }
}
