//! Identities, keys and signatures.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

use super::LogTo;
use crate::units::PartyId;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Identity {
    /// Write the secret keys of a new identity, and beside them its public line (.pub), which is handed out
    New {
        /// The identity file to write, NAME.identity; never overwritten
        #[arg(short, long)]
        out: PathBuf,
        /// Its name, a-z, 0-9 and -, for people. Default: the name of the file
        #[arg(long)]
        name: Option<PartyId>,
    },
    /// Print name, fingerprint and public line of an identity, yours or another's .pub
    Show {
        /// The identity file, or a public line's file
        file: PathBuf,
        /// Only the key for signatures, as a line of OpenSSH
        #[arg(long)]
        openssh: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Key {
    /// Write a new random key to a file that only you can read
    New {
        /// The key file to write; never overwritten
        #[arg(short, long)]
        out: PathBuf,
        /// The project file that it is for: with an agreement, it is entered into its disclosure log
        #[arg(long)]
        project: Option<PathBuf>,
        #[command(flatten)]
        log: LogTo,
    },
    /// Print the fingerprint of a key, to compare by telephone
    Show {
        /// The key file
        key: PathBuf,
    },
    /// Custodian: seal a key so that the data owners named, and nobody else, can open it
    Seal(KeySeal),
    /// Data owner: open a key that was sealed to you
    Open(KeyOpen),
}

#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct KeySeal {
    /// The key file
    pub(in crate::cli) key: PathBuf,
    /// The public lines (.pub) of all who are to open it
    #[arg(long, required = true, num_args = 1.., value_name = "PUB")]
    pub(in crate::cli) to: Vec<PathBuf>,
    /// Your own identity, by which the sealed key is signed
    #[arg(long)]
    pub(in crate::cli) identity: PathBuf,
    /// The project file; with an agreement, only its parties can be sealed to
    #[arg(long)]
    pub(in crate::cli) project: PathBuf,
    /// The sealed key to write: one file for all of them
    #[arg(short, long)]
    pub(in crate::cli) out: PathBuf,
    #[command(flatten)]
    pub(in crate::cli) log: LogTo,
    /// Replace a file that exists
    #[arg(long)]
    pub(in crate::cli) force: bool,
}

#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct KeyOpen {
    /// The sealed key, as the custodian sent it
    pub(in crate::cli) sealed: PathBuf,
    /// Your identity
    #[arg(long)]
    pub(in crate::cli) identity: PathBuf,
    /// The project file
    #[arg(long)]
    pub(in crate::cli) project: PathBuf,
    /// The custodian's public line (.pub), where the project file does not name it
    #[arg(long, value_name = "PUB")]
    pub(in crate::cli) from: Option<PathBuf>,
    /// The key file to write; never overwritten
    #[arg(short, long)]
    pub(in crate::cli) out: PathBuf,
    #[command(flatten)]
    pub(in crate::cli) log: LogTo,
}

/// `project sign`.
#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct Sign {
    /// The project file
    pub(in crate::cli) project: PathBuf,
    /// Your identity, or an Ed25519 key of OpenSSH without a passphrase
    #[arg(long, required_unless_present = "signature")]
    pub(in crate::cli) identity: Option<PathBuf>,
    /// Or a signature that `ssh-keygen -Y sign` made
    #[arg(long, value_name = "FILE", conflicts_with = "identity")]
    pub(in crate::cli) signature: Option<PathBuf>,
}

/// `project signatures`.
#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct Signatures {
    /// The project file
    pub(in crate::cli) project: PathBuf,
    /// Also write to this folder what `ssh-keygen -Y verify` needs to check them without this program
    #[arg(long, value_name = "FOLDER")]
    pub(in crate::cli) openssh: Option<PathBuf>,
}
