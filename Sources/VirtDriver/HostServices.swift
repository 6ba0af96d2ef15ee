/// What a host has beside its hypervisors, and what a connection to any of them gives its client too.
public struct HostServices: Sendable {
    /// The secrets, as a client sees them that may change things, or one that only reads.
    public var secrets: @Sendable (_ readOnly: Bool) -> any SecretService

    /// Who gives hypervisors the values of secrets.
    public var secretSource: any SecretSource

    /// - Parameter secretSource: who gives hypervisors the values of secrets; nobody by default.
    public init(
        secretSource: any SecretSource = NoSecretSource(),
        secrets: @escaping @Sendable (_ readOnly: Bool) -> any SecretService = { _ in
            UnsupportedSecretService()
        }
    ) {
        self.secrets = secrets
        self.secretSource = secretSource
    }
}
