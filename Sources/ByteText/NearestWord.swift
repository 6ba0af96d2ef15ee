/// The word that somebody meant who wrote another one: the nearest of those that there are, by letters that were left out,
/// put in, mistaken or swapped; nil where none is near.
public func nearestWord(to written: String, among words: some Sequence<String>) -> String? {
    let bytes = Array(written.utf8)
    // Nobody mistypes more; and words from outside may be long.
    guard bytes.count > 2, bytes.count < 64 else { return nil }
    let limit = bytes.count < 5 ? 1 : 2
    var best: (word: String, distance: Int)?
    for word in words {
        let other = Array(word.utf8)
        if abs(other.count - bytes.count) > limit { continue }
        let distance = editDistance(bytes, other)
        if distance <= limit, distance < best?.distance ?? .max { best = (word, distance) }
    }
    return best?.word
}

/// How many letters must be left out, put in, changed or swapped with the next one to make one word of another.
private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var rows = [Array(0...b.count)]
    for (i, letter) in a.enumerated() {
        var row = [i + 1]
        for (j, other) in b.enumerated() {
            var least = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (letter == other ? 0 : 1))
            if i > 0, j > 0, letter == b[j - 1], a[i - 1] == other {
                least = min(least, rows[i - 1][j - 1] + 1)
            }
            row.append(least)
        }
        rows.append(row)
    }
    return rows[a.count][b.count]
}
