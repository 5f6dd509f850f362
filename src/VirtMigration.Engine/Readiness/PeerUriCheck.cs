namespace VirtMigration.Readiness;

/// <summary>The peer URI is used by the other hosts' daemons, which run as root: what works in this shell need not work there.</summary>
public sealed class PeerUriCheck : IHostCheck
{
    private const string Needed = "a peer URI by which the other hosts' daemons reach it, as root";

    /// <inheritdoc/>
    public IEnumerable<HostFinding> Check(HostSubject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        string text = subject.Host.Registration.PeerUri;
        return !Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) || !uri.Scheme.StartsWith("qemu", StringComparison.OrdinalIgnoreCase)
            ? [subject.Blocker("PeerUriUnusable", Needed, $"is registered with {text}, which is no URI of a QEMU daemon", State(subject))]
            : Find(subject, uri, text);
    }

    private static IEnumerable<HostFinding> Find(HostSubject subject, Uri uri, string text)
    {
        if (uri.Scheme.EndsWith("+unix", StringComparison.OrdinalIgnoreCase) || LocalNames.Is(uri.Host))
        {
            yield return subject.Blocker("PeerUriLocal", Needed, $"is registered with {text}, which on another host means that host itself", State(subject));
        }

        if (uri.AbsolutePath.StartsWith("/session", StringComparison.OrdinalIgnoreCase))
        {
            yield return subject.Warning("PeerUriSession", Needed, $"is registered with {text}, which is a user's own daemon: the system's VMs do not go there", State(subject));
        }

        string user = Uri.UnescapeDataString(uri.UserInfo.Split(':')[0]);
        if (uri.Scheme.Contains("ssh", StringComparison.OrdinalIgnoreCase) && user is not ("" or "root"))
        {
            yield return subject.Warning("PeerUriUser", Needed,
                $"is registered with {text}: root on another host logs in as {user}{(user == subject.ShellUser ? ", the user of this shell," : string.Empty)} only with a key of root's own",
                $"Try it on another host, as root: virsh -c {text} version. Else: {State(subject)}");
        }
    }

    private static string State(HostSubject subject) => $"State one that works there: {subject.Register($"-PeerUri qemu+tls://{Reached(subject)}/system")}.";

    private static string Reached(HostSubject subject) => LocalNames.Is(subject.Host.Facts.HostName) ? subject.Name : subject.Host.Facts.HostName;
}
