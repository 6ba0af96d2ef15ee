import ByteText

/// Which images of a pool lie on which, and which domains use them.
struct VolumeChains {
    private let images: [Image]
    private let uses: [Use]
    private let pool: String

    /// A volume, by what its document says.
    struct Image {
        let name: String
        let path: String
        let format: String?
        /// The path of what it lies on.
        let below: String?

        init(_ name: String, _ xml: String) throws {
            let document = try XMLQuery(xml)
            self.name = name
            path = try document.strings("/volume/target/path").first ?? ""
            format = try document.strings("/volume/target/format/@type").first
            below = try document.strings("/volume/backingStore/path").first
        }
    }

    /// An image that a domain's disk is, or lies on.
    struct Use: Hashable {
        let domain: String
        /// Of a disk that isn't said by pool and volume.
        var path: String?
        var volume: String?
        var pool: String?
        let runs: Bool
    }

    init(_ images: [Image], _ uses: [Use], pool: String) {
        self.images = images.sorted { ByteName($0.name) < ByteName($1.name) }
        (self.uses, self.pool) = (uses, pool)
    }

    /// The images that a domain's document names.
    static func uses(by domain: String, _ xml: String) throws -> [Use] {
        let document = try XMLQuery(xml)
        let runs = try !document.nodes("/domain[@id]").isEmpty
        return try document.nodes("/domain/devices/disk//source").compactMap { source in
            if let volume = source.attribute("volume"), let pool = source.attribute("pool") {
                return Use(domain: domain, volume: volume, pool: pool, runs: runs)
            }
            guard let path = source.attribute("file") ?? source.attribute("dev") else { return nil }
            return Use(domain: domain, path: path, runs: runs)
        }
    }

    // MARK: Text

    /// The trees. What isn't of the pool stands with its path.
    var text: String {
        var (roots, children): ([String], [ByteName: [String]]) = ([], [:])
        for image in images where !depthIsSane(image) {
            roots.append(label(image) + ", in no order that ends")
        }
        var outside: [String] = []
        for image in images where depthIsSane(image) {
            guard let below = image.below else {
                roots.append(label(image))
                continue
            }
            let parent = self.image(at: below).map(label) ?? below + " (not of this pool)"
            if self.image(at: below) == nil, !outside.contains(parent) { outside.append(parent) }
            children[ByteName(parent), default: []].append(label(image))
        }
        return (roots + outside).map { treeText($0, children) }.joined()
    }

    /// What goes with a volume; nil where there is none of this name.
    func consequences(ofDeleting name: String) -> String? {
        guard let image = images.first(where: { $0.name.hasSameBytes(as: name) }) else { return nil }
        let above = allAbove(image)
        var lines = above.map { "volume '\($0.name)' lies on it and could not be read any more" }
        for one in [image] + above {
            for use in users(of: one) {
                let how = one.name.hasSameBytes(as: image.name) ? "uses it" : "uses '\(one.name)'"
                lines.append("domain '\(use.domain)'\(use.runs ? ", which runs," : "") \(how)")
            }
        }
        if lines.isEmpty { return "Nothing lies on volume '\(name)', and no domain uses it.\n" }
        return "Deleting volume '\(name)' would break:\n" + lines.map { "- \($0)\n" }.joined()
    }

    private func label(_ image: Image) -> String {
        let users = users(of: image)
        let words =
            [image.format].compactMap { $0 }
            + (users.isEmpty
                ? [] : ["used by " + users.map { $0.domain + ($0.runs ? "*" : "") }.joined(separator: ", ")])
        return words.isEmpty ? image.name : "\(image.name) (\(words.joined(separator: "; ")))"
    }

    // MARK: Chains

    /// The longest chain that is drawn: whoever writes images can make one as long as he likes, or one that is its own end.
    private static let longestChain = 100

    private func depthIsSane(_ image: Image) -> Bool {
        var (below, count) = (image.below, 0)
        while let path = below, let next = self.image(at: path) {
            count += 1
            if count > Self.longestChain { return false }
            below = next.below
        }
        return true
    }

    private func image(at path: String) -> Image? { images.first { $0.path.hasSameBytes(as: path) } }

    /// All that lie on an image, on those that do, and so on.
    private func allAbove(_ image: Image) -> [Image] {
        var (found, seen): ([Image], Set<ByteName>) = ([], [ByteName(image.path)])
        var wave = [image.path]
        while let path = wave.popLast() {
            for above in images where above.below?.hasSameBytes(as: path) == true {
                guard seen.insert(ByteName(above.path)).inserted else { continue }
                found.append(above)
                wave.append(above.path)
            }
        }
        return found.sorted { ByteName($0.name) < ByteName($1.name) }
    }

    private func users(of image: Image) -> [Use] {
        var seen: Set<ByteName> = []
        return uses.filter { use in
            let isMeant =
                use.path?.hasSameBytes(as: image.path) == true
                || use.volume?.hasSameBytes(as: image.name) == true
                    && use.pool?.hasSameBytes(as: pool) == true
            return isMeant && seen.insert(ByteName(use.domain)).inserted
        }
    }
}
