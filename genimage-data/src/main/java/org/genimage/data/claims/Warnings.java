package org.genimage.data.claims;

import com.google.common.collect.ImmutableList;
import java.util.LinkedHashSet;
import java.util.Set;

/** Sentences about what was damaged, cut or not read; each stands once. */
final class Warnings {

  private final Set<String> sentences = new LinkedHashSet<>();
  private boolean more;

  void add(String sentence) {
    if (sentences.size() < Limits.WARNINGS) {
      sentences.add(Texts.shown(Texts.visible(sentence)));
    } else {
      more |= !sentences.contains(sentence);
    }
  }

  ImmutableList<String> all() {
    ImmutableList.Builder<String> all = ImmutableList.<String>builder().addAll(sentences);
    if (more) {
      all.add("There are more warnings than these.");
    }
    return all.build();
  }
}
