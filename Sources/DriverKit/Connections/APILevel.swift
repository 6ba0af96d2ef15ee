/// The version of libvirt's API and protocol that Roost answers for.
public enum APILevel {
    /// 11.3.0, as libvirt writes it: major × 1,000,000 + minor × 1,000 + release.
    public static let version: UInt64 = 11_003_000
}
