package org.genimage.data;

import java.util.List;
import java.util.OptionalInt;

/**
 * One of the further test sets of the paper's main text and supplement. None is published. If you
 * make one yourself, put it into the benchmark's folder: {@link GenImage} finds a folder that is
 * called {@link #name} or {@link #folder} and contains {@code nature} and {@code ai}, directly or
 * in {@code val} or {@code test}.
 *
 * @param name the name in the paper's tables
 * @param folder another name of its folder
 * @param natural where its natural images come from
 * @param fake how its AI images were made, as far as the paper says
 * @param images how many images of each class the paper tests on; empty if it does not say
 */
public record TestSet(String name, String folder, String natural, String fake, OptionalInt images) {

  private static final OptionalInt THOUSAND = OptionalInt.of(1000);
  private static final OptionalInt UNKNOWN = OptionalInt.empty();
  private static final String GROUP = "Stable Diffusion V1.4, prompts not given";

  /** Generators that no detector was trained on (tables 3 and 4). */
  public static final List<TestSet> UNSEEN_GENERATORS =
      List.of(
          new TestSet("NVAE", "nvae", "FFHQ", "NVAE, pre-trained on FFHQ", THOUSAND),
          new TestSet("CogView2", "cogview2", "ImageNet", "CogView2, \"photo of class\"", THOUSAND),
          new TestSet(
              "StyleGAN", "stylegan", "LSUN", "StyleGAN, pre-trained on LSUN bedroom", THOUSAND),
          new TestSet("IF", "if", "ImageNet", "IF, \"photo of class\"", THOUSAND));

  /** Other ways to ask a generator for an image (table 5). */
  public static final List<TestSet> CONTENTS =
      List.of(
          new TestSet(
              "Richer text",
              "richer_text",
              "CC12M",
              "Stable Diffusion, version not given, prompts of CC12M",
              THOUSAND),
          new TestSet(
              "Image-to-image",
              "image_to_image",
              "ImageNet",
              "Stable Diffusion, version not given, of photographs and \"a painting of class\"",
              UNKNOWN),
          new TestSet(
              "Multi-object",
              "multi_object",
              "ImageNet",
              "generator not given, \"photo of class A, class B, and class C\"",
              UNKNOWN));

  /** Photographs of groups of people (table 6). The paper does not define the third group. */
  public static final List<TestSet> GROUPS =
      List.of(
          new TestSet("Children", "children", "FairFace", GROUP, THOUSAND),
          new TestSet("Women", "women", "FairFace", GROUP, THOUSAND),
          new TestSet("Racialized persons", "racialized_persons", "FairFace", GROUP, THOUSAND),
          new TestSet("Elderly", "elderly", "FairFace", GROUP, THOUSAND),
          new TestSet("Living with disabilities", "disabilities", "BGVP", GROUP, THOUSAND));

  /** New kinds of content (supplement, sections F and H), which the paper hardly describes. */
  public static final List<TestSet> NEW_CONTENT =
      List.of(
          new TestSet("Face", "face", "not given", "not given", UNKNOWN),
          new TestSet("Art", "art", "not given", "not given", UNKNOWN));

  /** All test sets, in the order above. */
  public static final List<TestSet> ALL =
      List.of(UNSEEN_GENERATORS, CONTENTS, GROUPS, NEW_CONTENT).stream()
          .flatMap(List::stream)
          .toList();

  /** Returns the generator under which its images are counted. */
  public Generator generator() {
    return new Generator(name, folder, folder, 0);
  }

  @Override
  public String toString() {
    return name;
  }
}
