using System.Management.Automation;
using VirtMigration.Policies;

namespace VirtMigration.Cmdlets.Commands;

/// <summary>Adds a migration policy.</summary>
[Cmdlet(VerbsCommon.New, "VmMigrationPolicy", SupportsShouldProcess = true)]
[OutputType(typeof(MigrationPolicy))]
public sealed class NewVmMigrationPolicyCommand : PolicyCmdlet
{
    /// <summary>The name to type from now on.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    public string Name { get; set; } = string.Empty;

    /// <summary>The policy whose settings it takes over where none are typed.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(Completion.PolicyCompleter))]
    public string? From { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForOne(() =>
    {
        MigrationPolicy policy = With(From is null
            ? MigrationPolicy.Bare(Name)
            : Session.Policies.Find(From) with { Name = Name, BuiltIn = false, Description = $"Made from {From}." });
        PolicyRules.Check(policy);
        string settings = string.Join(", ", PolicyText.Of(policy).Select(pair => $"{pair.Setting} {pair.Value}"));
        if (ShouldProcess($"Add policy '{policy.Name}': {settings}", $"Add policy '{policy.Name}'?", "New-VmMigrationPolicy"))
        {
            Session.Policies.Add(policy);
            WriteObject(policy);
        }
    });
}
