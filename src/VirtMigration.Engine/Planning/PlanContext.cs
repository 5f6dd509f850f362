using VirtMigration.Options;
using VirtMigration.Policies;
using VirtMigration.Units;

namespace VirtMigration.Planning;

/// <summary>What the rules of one plan share: the request, what is asked for and by whom, and the notes they make.</summary>
internal sealed class PlanContext
{
    private readonly List<PlanDecision> _decisions = new(20);
    private readonly List<string> _warnings = [];

    public PlanContext(MigrationRequest request)
    {
        Request = request;
        Asked = OptionResolver.Resolve(request.Parameters, request.Definition.Options, request.Cluster, request.Policies);
        _warnings.AddRange(Asked.Problems);
        Link = LowerOf(request.Source.LinkSpeed, request.Destination.LinkSpeed);
    }

    public MigrationRequest Request { get; }

    public EffectiveOptions Asked { get; }

    public MigrationPolicy Policy => Asked.Policy.Value;

    /// <summary>What both links carry: the lower of those that are known; null: neither is.</summary>
    public Bandwidth? Link { get; }

    public IReadOnlyList<PlanDecision> Decisions => _decisions;

    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>Notes why a setting is what it is.</summary>
    public void Record(string setting, string asked, SettingOrigin origin, string taken, string reason) =>
        _decisions.Add(new(setting, asked, origin, taken, reason));

    /// <summary>Notes a setting that is on or off.</summary>
    public void Record(string setting, bool asked, SettingOrigin origin, bool taken, string reason) =>
        Record(setting, OnOff(asked), origin, OnOff(taken), reason);

    /// <summary>Notes what the operator should know before it starts.</summary>
    public void Warn(string text) => _warnings.Add(text);

    /// <summary>Why a technique is not to be had between the two hosts; null: it is.</summary>
    public string? Missing(VersionGate gate) => gate.Missing(Request.Source, Request.Destination);

    /// <summary>Who an origin is, in words.</summary>
    public string Whose(SettingOrigin origin) => origin switch
    {
        SettingOrigin.Parameter => "as asked",
        SettingOrigin.Vm => $"VM '{Request.Vm.Name}' states it",
        SettingOrigin.Cluster => $"cluster '{Request.Cluster.Cluster}' states it",
        SettingOrigin.Policy => $"policy {Policy.Name}",
        SettingOrigin.Host => "the hosts",
        _ => "the default",
    };

    private static string OnOff(bool value) => value ? "on" : "off";

    /// <summary>The lower of two speeds, of which one may not be known; null: neither is.</summary>
    public static Bandwidth? LowerOf(Bandwidth? left, Bandwidth? right) =>
        left is Bandwidth one && right is Bandwidth other ? Bandwidth.Min(one, other) : left ?? right;
}
